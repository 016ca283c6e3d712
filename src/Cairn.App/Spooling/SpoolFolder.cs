using Cairn.App.Text;
using Cairn.Engine.Formats;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;
using Cairn.Storage.Local;
using Cairn.Storage.Spool;

namespace Cairn.App.Spooling;

/// <summary>
/// A spool on disk (docs/design/spool.md): its three stores, whose it is, and three locks that say who is at work. The
/// stores are those of a local repository: temporary file, fsync, rename, fsync of the folder.
/// </summary>
sealed class SpoolFolder : IAsyncDisposable
{
    const string RecordName = "spool.json";
    static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan NoticeInterval = TimeSpan.FromMinutes(1);

    readonly AppEnvironment _environment;
    readonly LocalStore[] _stores;
    readonly RoomSignal _room;
    long? _lastNotice;

    public SpoolFolder(AppEnvironment environment, string path)
    {
        _environment = environment;
        Path = System.IO.Path.GetFullPath(path, ByteText.FromBytes(environment.WorkingFolder.Span));
        _stores = Array.ConvertAll(
            ["known", "hot", "data"],
            name => new LocalStore(
                System.IO.Path.Combine(Path, name), $"the spool {Path}",
                new LocalStoreOptions { CreateRoot = true }));
        _room = new RoomSignal(FileOf("full.lock"));
        Parts = new SpoolParts(_stores[0], _stores[1], _stores[2]);
    }

    public string Path { get; }
    public SpoolParts Parts { get; }

    /// <summary>Null for a folder that is no spool yet.</summary>
    public SpoolRecord? TryRead() => SpoolRecord.TryRead(FileOf(RecordName));

    public SpoolRecord Read() => TryRead() ?? throw new UsageException(
        $"{Path} is no spool", $"a backup makes one: cairn backup PATH --spool {Path}");

    public void Write(SpoolRecord record) => record.Write(FileOf(RecordName));

    public void Create() => PrivateFile.CreateFolder(Path);

    public SpoolStore OpenStore(long? sizeMax) => new(
        Parts, new SpoolRoom(Parts, new SpoolRoomOptions
        {
            SizeMax = sizeMax, Time = _environment.Time, Wait = WaitForRoom,
        }),
        $"the spool {Path}");

    /// <summary>One backup at a time: waits for another.</summary>
    public async Task<IDisposable> TakeForBackupAsync(CancellationToken cancellationToken)
    {
        var isAnnounced = false;
        while (true)
        {
            if (TryHoldBackups() is { } held)
                return held;
            if (!isAnnounced)
                _environment.Events.Notice($"another run uses the spool {Path}, waiting for it");
            isAnnounced = true;
            await Task.Delay(PollInterval, _environment.Time, cancellationToken);
        }
    }

    /// <summary>
    /// Makes the room free that killed backups took for packs they had not finished. Only for who holds backups: a push
    /// writes no packs.
    /// </summary>
    public async Task RemoveLeftoversAsync(CancellationToken cancellationToken)
    {
        foreach (var store in _stores)
            await store.RemoveLeftoversAsync(ObjectNames.Packs, cancellationToken);
    }

    /// <summary>Null while a backup runs into the spool.</summary>
    public IDisposable? TryHoldBackups() => FileLock.TryTake(FileOf("backup.lock"));

    public IDisposable TakeForPush() => FileLock.TryTake(FileOf("push.lock")) ?? throw new RefusedException(
        $"another push is at work on the spool {Path}", "what is in it goes with that one");

    /// <summary>Whether a backup waits for room.</summary>
    public bool IsBlocked() => _room.IsRaised();

    /// <summary>The sessions that wait to be pushed, by name.</summary>
    public async Task<IReadOnlyList<string>> ListSessionsAsync(CancellationToken cancellationToken)
    {
        var names = new List<string>();
        await foreach (var info in Parts.Hot.ListAsync(SpoolNames.Sessions, cancellationToken))
            names.Add(info.Name);
        return names;
    }

    public void RequireOwner(SpoolRecord record, Repository repository)
    {
        if (record.Repository != repository.Id.ToString())
            throw Foreign(
                $"belongs to the repository {record.Repository} at {record.Location}, and the one at "
                + $"{repository.Store.Location} is {repository.Id}");
        if (record.Host != repository.RequireHost().Id.ToString())
            throw Foreign($"belongs to the host {record.Host}, and this machine is {repository.RequireHost().Id}");
    }

    public UsageException Foreign(string why) => new(
        $"the spool {Path} {why}", "a spool is for one repository and one host: use a folder of its own with --spool");

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores)
            await store.DisposeAsync();
    }

    IDisposable WaitForRoom(string why)
    {
        lock (_room)
        {
            if (_lastNotice is not { } last || _environment.Time.GetElapsedTime(last) >= NoticeInterval)
            {
                _lastNotice = _environment.Time.GetTimestamp();
                _environment.Events.Notice(
                    $"there is no room in the spool {Path} ({why}): waiting for \"cairn push --spool {Path}\" to make "
                    + "some");
            }
        }
        return _room.Raise();
    }

    string FileOf(string name) => System.IO.Path.Combine(Path, name);
}
