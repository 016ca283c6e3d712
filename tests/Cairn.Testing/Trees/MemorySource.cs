using System.Text;
using Cairn.Engine.Entries;
using Cairn.Engine.Sources;

namespace Cairn.Testing.Trees;

/// <summary>A file of a <see cref="MemorySource"/>; several paths may name it (hard links).</summary>
public sealed class SourceNode
{
    public required EntryKind Kind { get; init; }
    public required ulong Inode { get; init; }
    public byte[] Content { get; set; } = [];
    public ushort Mode { get; set; }
    public FileTime Modified { get; set; }
    public FileTime Changed { get; set; }
    public string LinkTarget { get; init; } = "";
    public int Names { get; set; } = 1;

    /// <summary>Blocks of zeros are said to be holes.</summary>
    public bool IsSparse { get; set; }

    public IReadOnlyList<ExtendedAttribute> Attributes { get; set; } = [];

    /// <summary>Called before the file is opened, with the how-manieth time it is; may change the source, or
    /// throw.</summary>
    public Action<int>? OnOpen { get; set; }

    /// <summary>Called before each read with the position; may change the source, or throw.</summary>
    public Action<long>? OnRead { get; set; }

    internal int Opens;
}

/// <summary>
/// A tree in memory as a file source, that tests change between and during backups. Paths are Latin-1, so that every
/// byte can be a character. Every change moves the change time to the clock's now.
/// </summary>
public sealed class MemorySource(TimeProvider time) : IFileSource
{
    public const int BlockBytes = 4096;

    readonly Lock _lock = new();
    readonly SortedDictionary<string, SourceNode> _nodes = new(StringComparer.Ordinal);
    readonly List<string> _opened = [];
    ulong _inodes;
    int _openFiles, _openBatches;

    /// <summary>Entries of one directory come in pieces of at most this many.</summary>
    public int BatchEntriesMax { get; set; } = 1000;

    public bool IsMissing { get; set; }

    /// <summary>Called before each batch with the path of its directory; may change the source, throw, or
    /// cancel.</summary>
    public Action<string>? OnBatch { get; set; }

    public SortedDictionary<string, SourceNode> Nodes => _nodes;

    /// <summary>Paths of the files that were opened, in order.</summary>
    public IReadOnlyList<string> Opened
    {
        get
        {
            lock (_lock)
                return [.. _opened];
        }
    }

    /// <summary>Files and directories that a backup holds open: zero when it is over.</summary>
    public int OpenHandles => Volatile.Read(ref _openFiles) + Volatile.Read(ref _openBatches);

    public void ForgetOpened()
    {
        lock (_lock)
            _opened.Clear();
    }

    public SourceNode File(string path, byte[] content)
    {
        lock (_lock)
        {
            if (!_nodes.TryGetValue(path, out var node))
                node = Add(path, EntryKind.File, mode: 0x1A4);
            node.Content = content;
            node.Modified = node.Changed = Now();
            return node;
        }
    }

    public SourceNode Directory(string path)
    {
        lock (_lock)
            return Add(path, EntryKind.Directory, mode: 0x1ED);
    }

    public SourceNode Symlink(string path, string target)
    {
        lock (_lock)
            return Add(path, EntryKind.Symlink, mode: 0x1FF, target);
    }

    public void Link(string path, string existing)
    {
        lock (_lock)
        {
            AddParents(path);
            var node = _nodes[existing];
            node.Names++;
            node.Changed = Now();
            _nodes.Add(path, node);
        }
    }

    public void ChangeMode(string path, ushort mode)
    {
        lock (_lock)
        {
            _nodes[path].Mode = mode;
            _nodes[path].Changed = Now();
        }
    }

    /// <summary>With everything below it.</summary>
    public void Remove(string path)
    {
        lock (_lock)
        {
            foreach (var below in _nodes.Keys.Where(key => IsAtOrBelow(key, path)).ToList())
            {
                _nodes[below].Names--;
                _nodes[below].Changed = Now();
                _nodes.Remove(below);
            }
        }
    }

    public IEnumerable<DirectoryBatch> Walk(ISourceProblems problems, CancellationToken cancellationToken)
    {
        if (IsMissing)
            throw new SourceMissingException("/: the source is not there");
        return WalkDirectory("", Children(), cancellationToken);
    }

    IEnumerable<DirectoryBatch> WalkDirectory(
        string directory, ILookup<string, string> children, CancellationToken cancellationToken)
    {
        // Byte order, which for Latin-1 is ordinal order.
        var names = children[directory].OrderBy(NameOf, StringComparer.Ordinal).ToList();
        for (var start = 0; start < names.Count; start += BatchEntriesMax)
        {
            cancellationToken.ThrowIfCancellationRequested();
            OnBatch?.Invoke(directory);
            var part = names.Skip(start).Take(BatchEntriesMax).ToList();
            yield return CreateBatch(directory, part, isLast: start + BatchEntriesMax >= names.Count);
        }
        foreach (var name in names.Where(IsDirectory))
        {
            foreach (var batch in WalkDirectory(name, children, cancellationToken))
                yield return batch;
        }
    }

    Batch CreateBatch(string directory, List<string> paths, bool isLast)
    {
        lock (_lock)
        {
            Interlocked.Increment(ref _openBatches);
            return new Batch(this)
            {
                DirectoryPath = Encoding.Latin1.GetBytes(directory), IsLast = isLast,
                Entries = [.. paths.Where(_nodes.ContainsKey).Select(path => ToEntry(path, _nodes[path]))],
            };
        }
    }

    static Entry ToEntry(string path, SourceNode node) => new()
    {
        Name = Encoding.Latin1.GetBytes(NameOf(path)), Kind = node.Kind,
            Owner = new Owner(1000, 1000, "someone", "users"),
        Mode = node.Mode, Modified = node.Modified, Size = node.Content.Length,
        LinkTarget = Encoding.Latin1.GetBytes(node.LinkTarget), HardLinkGroup = node.Names > 1 ? node.Inode : 0,
        Attributes = node.Attributes, Stamp = new FileStamp(node.Changed, node.Inode, Device: 1),
    };

    ILookup<string, string> Children()
    {
        lock (_lock)
            return _nodes.Keys.ToLookup(path => path[..Math.Max(path.LastIndexOf('/'), 0)]);
    }

    SourceNode Add(string path, EntryKind kind, ushort mode, string target = "")
    {
        AddParents(path);
        var node = new SourceNode
        {
            Kind = kind, Inode = ++_inodes, Mode = mode, Modified = Now(), Changed = Now(), LinkTarget = target,
        };
        _nodes.Add(path, node);
        return node;
    }

    void AddParents(string path)
    {
        var slash = path.LastIndexOf('/');
        if (slash > 0 && !_nodes.ContainsKey(path[..slash]))
            Add(path[..slash], EntryKind.Directory, mode: 0x1ED);
    }

    FileTime Now()
    {
        var now = time.GetUtcNow();
        return new FileTime(now.ToUnixTimeSeconds(), (uint)(now.Ticks % TimeSpan.TicksPerSecond) * 100);
    }

    bool IsDirectory(string path)
    {
        lock (_lock)
            return _nodes.TryGetValue(path, out var node) && node.Kind == EntryKind.Directory;
    }

    static bool IsAtOrBelow(string path, string directory) =>
        path == directory || path.StartsWith(directory + "/", StringComparison.Ordinal);

    static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    OpenedFile Open(string path, Entry entry)
    {
        SourceNode? node;
        lock (_lock)
        {
            _opened.Add(path);
            _nodes.TryGetValue(path, out node);
        }
        node?.OnOpen?.Invoke(++node.Opens);
        lock (_lock)
        {
            if (!_nodes.TryGetValue(path, out node) || node.Inode != entry.Stamp.Inode)
                throw new SourceReadException("vanished before it could be read", vanished: true);
        }
        Interlocked.Increment(ref _openFiles);
        return new OpenedFile(this, node, entry);
    }

    sealed class Batch(MemorySource source) : DirectoryBatch
    {
        bool _isDisposed;

        public override ISourceFile Open(Entry entry)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var directory = Encoding.Latin1.GetString(DirectoryPath.Span);
            var name = Encoding.Latin1.GetString(entry.Name.Span);
            return source.Open(directory.Length == 0 ? name : $"{directory}/{name}", entry);
        }

        public override void Dispose()
        {
            if (!_isDisposed)
                Interlocked.Decrement(ref source._openBatches);
            _isDisposed = true;
        }
    }

    sealed class OpenedFile : ISourceFile
    {
        readonly MemorySource _source;
        readonly SourceNode _node;
        readonly (long Size, FileTime Modified, FileTime Changed) _opened;
        readonly byte[] _contentAtOpening;
        long _position;
        bool _isDisposed;

        public OpenedFile(MemorySource source, SourceNode node, Entry entry)
        {
            _source = source;
            _node = node;
            _opened = (node.Content.Length, node.Modified, node.Changed);
            _contentAtOpening = node.Content;
            entry.Size = _opened.Size;
            entry.Modified = _opened.Modified;
            entry.Stamp = entry.Stamp with { Changed = _opened.Changed };
        }

        public bool MayHaveHoles => _node.IsSparse;

        // Every change makes another array: this file system's clock never stands still.
        public bool HasChanged => !ReferenceEquals(_node.Content, _contentAtOpening)
            || (_node.Content.Length, _node.Modified, _node.Changed) != _opened;

        public int Read(Span<byte> destination)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _node.OnRead?.Invoke(_position);
            var content = _node.Content;
            if (_position >= content.Length)
                return 0;
            var length = (int)Math.Min(destination.Length, content.Length - _position);
            content.AsSpan((int)_position, length).CopyTo(destination);
            _position += length;
            return length;
        }

        public (long Offset, long Length)? NextData(long offset)
        {
            var content = _node.Content;
            var start = offset;
            while (start < content.Length && IsZero(content, start))
                start = NextBlock(start);
            if (start >= content.Length)
                return null;
            var end = start;
            while (end < content.Length && !IsZero(content, end))
                end = NextBlock(end);
            return (start, Math.Min(end, content.Length) - start);
        }

        public void Seek(long offset) => _position = offset;

        public void Dispose()
        {
            if (!_isDisposed)
                Interlocked.Decrement(ref _source._openFiles);
            _isDisposed = true;
        }

        static long NextBlock(long offset) => (offset / BlockBytes + 1) * BlockBytes;

        static bool IsZero(byte[] content, long offset)
        {
            var end = Math.Min(NextBlock(offset), content.Length);
            return !content.AsSpan((int)offset, (int)(end - offset)).ContainsAnyExcept((byte)0);
        }
    }
}
