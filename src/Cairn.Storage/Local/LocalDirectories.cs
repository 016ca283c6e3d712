using System.Collections.Concurrent;
using Cairn.Engine.Storage;
using Cairn.Storage.Disks;

namespace Cairn.Storage.Local;

/// <summary>
/// Sees to it that a directory exists, durably, before an object is stored in it, and tidies it on the way.
/// </summary>
sealed class LocalDirectories(string root, bool createRoot, IDiskOperations disk)
{
    /// <summary>
    /// No write takes that long, except one that was frozen with its machine, and that one just fails.
    /// </summary>
    static readonly TimeSpan LeftoverAge = TimeSpan.FromDays(1);

    readonly ConcurrentDictionary<string, bool> _durable = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, bool> _swept = new(StringComparer.Ordinal);

    /// <summary>
    /// The parent is synced on first use even where the directory was there: another process may have made it a
    /// moment ago and not have come to its own sync yet, and an object is no more durable than its directories.
    /// </summary>
    public void Ensure(string directory)
    {
        if (_durable.ContainsKey(directory))
            return;
        if (directory == root)
            EnsureRoot();
        else
        {
            var parent = ParentOf(directory);
            Ensure(parent);
            TryMake(directory);
            disk.SyncDirectory(parent);
        }
        _durable[directory] = true;
    }

    /// <summary>Somebody removed directories under us, or unmounted the disk: nothing is known any more.</summary>
    public void Forget() => _durable.Clear();

    /// <summary>
    /// Removes what crashed writers left in a directory, once per directory and process: files with a temporary name,
    /// of the same owner, a day older than <paramref name="own"/>, a file just created (so the file system's clock is
    /// compared with itself). Safe even if the writer lives: its publishing then fails, and nothing else can ever
    /// bear that random name.
    /// </summary>
    public void Sweep(string directory, DiskFacts own)
    {
        if (!_swept.TryAdd(directory, value: true))
            return;
        var leftovers = new List<string>();
        try
        {
            disk.ReadDirectory(directory, name =>
            {
                if (TemporaryNames.IsOne(name.Name))
                    leftovers.Add($"{directory}/{name.Name}");
            });
            foreach (var path in leftovers)
                if (disk.Stat(path) is { Kind: DiskKind.File } facts
                    && facts.OwnerId == own.OwnerId && own.Modified - facts.Modified > LeftoverAge)
                    disk.Unlink(path);
        }
        catch (DiskException)
        {
            // Tidying is a courtesy: a directory that may be written but not read, or a rival sweep, is no failure.
        }
    }

    public static string ParentOf(string path) =>
        path.LastIndexOf('/') is var slash and > 0 ? path[..slash] : "/";

    void EnsureRoot()
    {
        if (createRoot)
            MakeRoot(root);
        else if (disk.Stat(root)?.Kind != DiskKind.Directory)
            throw new StoreException(
                StoreErrorKind.NotFound,
                $"there is no folder {root}: is the repository's disk mounted? If nothing is to be mounted, and a new "
                + "repository is wanted there: cairn init");
    }

    // What is there may be what a run made that was killed before it came to sync; but only the deepest directory, for
    // whatever lies above it was synced before it was made.
    void MakeRoot(string directory)
    {
        var parent = ParentOf(directory);
        if (disk.Stat(directory)?.Kind == DiskKind.Directory)
        {
            SyncIfAllowed(parent);
            return;
        }
        MakeRoot(parent);
        TryMake(directory);
        disk.SyncDirectory(parent);
    }

    // A parent like /home may not even be readable; then it is no killed run of this user that made something in it.
    void SyncIfAllowed(string directory)
    {
        try
        {
            disk.SyncDirectory(directory);
        }
        catch (DiskException e) when (e.Code is Errno.AccessDenied or Errno.NotPermitted or Errno.ReadOnlyFileSystem
            or Errno.Invalid or Errno.NotSupported)
        {
        }
    }

    void TryMake(string directory)
    {
        try
        {
            disk.MakeDirectory(directory);
        }
        catch (DiskException e) when (e.Code == Errno.Exists)
        {
            // By another process, or long ago.
        }
    }
}
