using System.Text;
using Cairn.Engine.Entries;
using Cairn.Engine.Primitives;
using Cairn.Engine.Sources;

namespace Cairn.Testing.Trees;

/// <summary>What a restore made of one path.</summary>
public sealed class RestoredNode(Entry entry, byte[]? content)
{
    public Entry Entry { get; } = entry;
    public byte[]? Content { get; } = content;
    public bool IsFinished { get; set; }
    public string? LinkedTo { get; init; }
}

/// <summary>A restore target in memory that is strict about the order of calls, and remembers all it was
/// told.</summary>
public sealed class MemoryTarget : IRestoreTarget
{
    readonly Lock _lock = new();
    readonly SortedDictionary<string, RestoredNode> _nodes = new(StringComparer.Ordinal);
    readonly HashSet<string> _open = [];

    public IReadOnlyDictionary<string, RestoredNode> Nodes => _nodes;
    public int OpenFiles => _open.Count;
    public int OpenFilesPeak { get; private set; }

    /// <summary>Called before each write with the path; may throw.</summary>
    public Action<string>? OnWrite { get; set; }

    /// <summary>Paths that are said to be there already.</summary>
    public HashSet<string> AlreadyThere { get; } = [];

    public IReadOnlyCollection<string> Shortfalls => [];

    public void CreateDirectory(ReadOnlySpan<byte> path) =>
        Add(path, name => new RestoredNode(
            new Entry { Name = Latin(name), Kind = EntryKind.Directory, Owner = Nobody }, null));

    public IRestoreFile CreateFile(ReadOnlySpan<byte> path, Entry entry)
    {
        var name = Encoding.Latin1.GetString(path);
        OnWrite?.Invoke(name);
        lock (_lock)
        {
            RequireNew(name);
            _open.Add(name);
            OpenFilesPeak = Math.Max(OpenFilesPeak, _open.Count);
        }
        return new MemoryFile(this, name, entry);
    }

    public void WriteFile(ReadOnlySpan<byte> path, Entry entry, ReadOnlySpan<byte> content)
    {
        OnWrite?.Invoke(Encoding.Latin1.GetString(path));
        var bytes = content.ToArray();
        Add(path, _ => new RestoredNode(entry, bytes));
    }

    public void CreateSpecial(ReadOnlySpan<byte> path, Entry entry) => Add(path, _ => new RestoredNode(entry, null));

    public void CreateHardLink(ReadOnlySpan<byte> path, ReadOnlySpan<byte> existingPath)
    {
        var existing = Encoding.Latin1.GetString(existingPath);
        lock (_lock)
        {
            var node = _nodes[existing];
            var name = Encoding.Latin1.GetString(path);
            RequireNew(name);
            _nodes.Add(name, new RestoredNode(node.Entry, node.Content) { LinkedTo = existing });
        }
    }

    public void FinishDirectory(ReadOnlySpan<byte> path, Entry entry)
    {
        var name = Encoding.Latin1.GetString(path);
        lock (_lock)
        {
            Invariant.That(_nodes[name].Entry.Kind == EntryKind.Directory);
            Invariant.That(!_open.Any(open => open.StartsWith(name + "/", StringComparison.Ordinal)));
            Invariant.That(_nodes.Where(node => node.Key.StartsWith(name + "/", StringComparison.Ordinal))
                .All(node => node.Value.Entry.Kind != EntryKind.Directory || node.Value.IsFinished));
            _nodes[name] = new RestoredNode(entry, null) { IsFinished = true };
        }
    }

    public bool IsAlreadyRestored(ReadOnlySpan<byte> path, Entry entry) =>
        AlreadyThere.Contains(Encoding.Latin1.GetString(path));

    public void Dispose() { }

    void Add(ReadOnlySpan<byte> path, Func<string, RestoredNode> make)
    {
        var name = Encoding.Latin1.GetString(path);
        lock (_lock)
        {
            RequireNew(name);
            _nodes.Add(name, make(name));
        }
    }

    void RequireNew(string name)
    {
        Invariant.That(!_nodes.ContainsKey(name) && !_open.Contains(name));
        var slash = name.LastIndexOf('/');
        Invariant.That(slash < 0 || _nodes[name[..slash]] is { Entry.Kind: EntryKind.Directory, IsFinished: false });
    }

    static readonly Owner Nobody = new(0, 0, "", "");

    static byte[] Latin(string name) => Encoding.Latin1.GetBytes(name[(name.LastIndexOf('/') + 1)..]);

    sealed class MemoryFile(MemoryTarget target, string name, Entry entry) : IRestoreFile
    {
        readonly byte[] _content = new byte[entry.Size];
        bool _isComplete, _isDisposed;

        public void Write(long offset, ReadOnlySpan<byte> content)
        {
            Invariant.That(!_isComplete && !_isDisposed);
            target.OnWrite?.Invoke(name);
            content.CopyTo(_content.AsSpan((int)offset));
        }

        public void Complete()
        {
            Invariant.That(!_isComplete && !_isDisposed);
            _isComplete = true;
        }

        public void Dispose()
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            lock (target._lock)
            {
                target._open.Remove(name);
                if (_isComplete)
                    target._nodes.Add(name, new RestoredNode(entry, _content));
            }
        }
    }
}
