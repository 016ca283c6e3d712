using Cairn.Engine.Primitives;
using Cairn.Engine.State;
using Cairn.Storage.State;

namespace Cairn.App.Access;

/// <summary>
/// The local state of a repository for the length of a run. Two processes never share it at once: an advisory lock on a
/// file beside it, which the kernel drops with its holder, so that none is ever stale. A backup waits for the other,
/// because without the previous manifest it would read everything; whoever only reads waits a moment, and then works
/// with private state that is made anew and removed at the end.
/// </summary>
sealed class LocalState : IDisposable
{
    static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan ReaderPatience = TimeSpan.FromSeconds(3);

    readonly FileStream? _lock;
    readonly string? _temporary;

    LocalState(IStateFolder folder, FileStream? heldLock, string? temporary)
    {
        Folder = folder;
        _lock = heldLock;
        _temporary = temporary;
    }

    public IStateFolder Folder { get; }

    public static async Task<LocalState> TakeAsync(
        AppEnvironment environment, RepositoryId repository, bool mayUsePrivate, CancellationToken cancellationToken)
    {
        var paths = environment.Paths;
        PrivateFile.CreateFolder(paths.StateFolder);
        var start = environment.Time.GetTimestamp();
        var isAnnounced = false;
        while (true)
        {
            if (FileLock.TryTake(paths.StateLockOf(repository)) is { } held)
                return new LocalState(
                    new FileStateFolder(paths.StateOf(repository), environment.Time), held, temporary: null);
            if (mayUsePrivate && environment.Time.GetElapsedTime(start) >= ReaderPatience)
            {
                environment.Events.Notice("it takes long: going on with temporary state");
                return CreatePrivate(environment, repository);
            }
            if (!isAnnounced)
                environment.Events.Notice(
                    "another run of cairn uses the local state of this repository, waiting for it");
            isAnnounced = true;
            await Task.Delay(PollInterval, environment.Time, cancellationToken);
        }
    }

    public void Dispose()
    {
        _lock?.Dispose();
        if (_temporary is not null)
            Directory.Delete(_temporary, recursive: true);
    }

    /// <summary>Made anew, for this run only.</summary>
    public static LocalState CreatePrivate(AppEnvironment environment, RepositoryId repository)
    {
        var cache = environment.Paths.CacheOf(repository);
        PrivateFile.CreateFolder(cache);
        var folder = Path.Combine(cache, $"temporary-{Guid.NewGuid():n}");
        PrivateFile.CreateFolder(folder);
        return new LocalState(new FileStateFolder(folder, environment.Time), heldLock: null, folder);
    }
}
