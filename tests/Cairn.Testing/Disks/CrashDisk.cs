using Cairn.Storage.Disks;

namespace Cairn.Testing.Disks;

/// <summary>
/// A file system in memory that remembers in which order it was changed, and can lose power behind any change. What
/// that may leave stands in README.md.
/// </summary>
public sealed class CrashDisk : IDiskOperations
{
    const uint OwnerId = 1000;
    static readonly DateTimeOffset DefaultNow = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    readonly Lock _lock = new();
    readonly DiskImage _start;
    readonly DiskImage _current;
    readonly List<DiskChange> _journal = [];

    public CrashDisk() : this(DiskImage.CreateEmpty(DefaultNow), DefaultNow)
    {
    }

    CrashDisk(DiskImage image, DateTimeOffset now)
    {
        _start = image;
        _current = image.Copy();
        Now = now;
    }

    /// <summary>What is changed from here on bears this time.</summary>
    public DateTimeOffset Now { get; set; }

    /// <summary>Changes so far.</summary>
    public int Changes
    {
        get
        {
            lock (_lock)
                return _journal.Count;
        }
    }

    /// <summary>The disk after a power cut behind that many changes. This one goes on as if nothing had been.</summary>
    public CrashDisk CutPower(int changes, ulong seed)
    {
        lock (_lock)
            return new CrashDisk(new PowerCut(seed).Survivors(_start, _journal, changes, Now), Now);
    }

    /// <summary>Another disk with all that is here, durable.</summary>
    public CrashDisk Clone()
    {
        lock (_lock)
            return new CrashDisk(_current.Copy(), Now);
    }

    /// <summary>The last of the first so many changes, for the message of a failing test.</summary>
    public string Describe(int changes, int last = 12)
    {
        lock (_lock)
            return string.Join('\n', _journal.Take(changes).Select((change, i) => $"{i + 1}: {change}").TakeLast(last));
    }

    public IDiskFile CreateNew(string path)
    {
        lock (_lock)
        {
            var number = Name(path, "create", makesDirectory: false);
            return new OpenFile(this, number, path);
        }
    }

    public IDiskFile OpenRead(string path)
    {
        lock (_lock)
            return new OpenFile(this, Find(path) ?? throw Error(Errno.NoEntry, "open", path), path);
    }

    public void MakeDirectory(string path)
    {
        lock (_lock)
            Name(path, "make directory", makesDirectory: true);
    }

    public void SyncDirectory(string path)
    {
        lock (_lock)
            Change(new Synced(RequireDirectory(path, "sync")));
    }

    public void RenameWithoutReplacing(string from, string to) => Rename(from, to, replaces: false);

    /// <summary>Moves a file to a name that may be taken; what had it loses it.</summary>
    public void RenameReplacing(string from, string to) => Rename(from, to, replaces: true);

    public void Link(string from, string to)
    {
        lock (_lock)
        {
            var node = Find(from) ?? throw Error(Errno.NoEntry, "link to", to);
            var (directory, name) = RequireFree(to, "link to");
            Change(new NameSet(directory, name, node, MakesDirectory: false, MakesFile: false));
        }
    }

    public void Unlink(string path)
    {
        lock (_lock)
        {
            var node = Find(path) ?? throw Error(Errno.NoEntry, "unlink", path);
            if (_current.Nodes[node].Names is not null)
                throw Error(Errno.IsDirectory, "unlink", path);
            var (directory, name) = Split(path, "unlink");
            Change(new NameRemoved(directory, name));
        }
    }

    public DiskFacts? Stat(string path)
    {
        lock (_lock)
            return Find(path) is { } node ? FactsOf(node) : null;
    }

    public void ReadDirectory(string path, Action<DiskName> visit)
    {
        List<DiskName> names;
        lock (_lock)
            names =
            [
                .. _current.NamesOf(RequireDirectory(path, "open directory"))
                    .Select(item => new DiskName(item.Key, FactsOf(item.Value).Kind)),
            ];
        names.ForEach(visit);
    }

    void Rename(string from, string to, bool replaces)
    {
        lock (_lock)
        {
            var node = Find(from) ?? throw Error(Errno.NoEntry, "rename to", to);
            var (directory, name) = replaces ? Split(to, "rename to") : RequireFree(to, "rename to");
            var (oldDirectory, oldName) = Split(from, "rename to");
            if (oldDirectory != directory)
                throw Error(Errno.CrossDevice, "rename to", to);
            Change(new NameMoved(directory, oldName, name, node));
        }
    }

    int Name(string path, string operation, bool makesDirectory)
    {
        var (directory, name) = RequireFree(path, operation);
        var number = _current.NextNode;
        Change(new NameSet(directory, name, number, makesDirectory, MakesFile: !makesDirectory));
        return number;
    }

    void Change(DiskChange change)
    {
        _journal.Add(change);
        _current.Apply(change, Now);
    }

    (int Directory, string Name) RequireFree(string path, string operation)
    {
        var place = Split(path, operation);
        return _current.NamesOf(place.Directory).ContainsKey(place.Name)
            ? throw Error(Errno.Exists, operation, path)
            : place;
    }

    (int Directory, string Name) Split(string path, string operation)
    {
        var slash = path.LastIndexOf('/');
        return (RequireDirectory(path[..slash], operation), path[(slash + 1)..]);
    }

    int RequireDirectory(string path, string operation)
    {
        var node = Find(path) ?? throw Error(Errno.NoEntry, operation, path);
        return _current.Nodes[node].Names is not null ? node : throw Error(Errno.NotDirectory, operation, path);
    }

    int? Find(string path)
    {
        var node = DiskImage.Root;
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            if (_current.Nodes[node].Names?.TryGetValue(name, out node) is not true)
                return null;
        return node;
    }

    DiskFacts FactsOf(int number)
    {
        var node = _current.Nodes[number];
        var kind = node.Names is null ? DiskKind.File : DiskKind.Directory;
        return new DiskFacts(kind, node.Content.Length, node.Modified, OwnerId);
    }

    static DiskException Error(Errno code, string operation, string path) => new(code, operation, path);

    /// <summary>Leads to the file whatever becomes of its name.</summary>
    sealed class OpenFile(CrashDisk disk, int number, string path) : IDiskFile
    {
        public void Write(IReadOnlyList<ReadOnlyMemory<byte>> parts)
        {
            byte[] bytes = [.. parts.SelectMany(part => part.ToArray())];
            lock (disk._lock)
                if (bytes.Length > 0)
                    disk.Change(new Appended(number, disk._current.Nodes[number].Content.Length, bytes));
        }

        public void Sync()
        {
            lock (disk._lock)
                disk.Change(new Synced(number));
        }

        public int Read(Span<byte> destination, long offset)
        {
            byte[] content;
            lock (disk._lock)
                content = disk._current.Nodes[number].Names is null
                    ? disk._current.Nodes[number].Content
                    : throw Error(Errno.IsDirectory, "read", path);
            if (offset >= content.Length)
                return 0;
            var length = Math.Min(destination.Length, content.Length - (int)offset);
            content.AsSpan((int)offset, length).CopyTo(destination);
            return length;
        }

        public DiskFacts Stat()
        {
            lock (disk._lock)
                return disk.FactsOf(number);
        }

        public void Dispose() { }
    }
}
