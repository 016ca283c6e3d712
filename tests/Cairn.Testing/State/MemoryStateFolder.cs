using Cairn.Engine.Primitives;
using Cairn.Engine.State;

namespace Cairn.Testing.State;

/// <summary>
/// State in memory, for tests, which may bend its files. Counts the maps that are open: zero when an operation is over.
/// </summary>
public sealed class MemoryStateFolder : IStateFolder
{
    readonly Lock _lock = new();
    readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    int _openMaps;

    public int OpenMaps => Volatile.Read(ref _openMaps);

    /// <summary>The files themselves: for one thread, and between operations.</summary>
    public IDictionary<string, byte[]> Files => _files;

    /// <summary>The same files, of which that one (or none) may be damaged without harm to these here.</summary>
    public MemoryStateFolder Copy(string? own = null)
    {
        var copy = new MemoryStateFolder();
        foreach (var (name, bytes) in _files)
            copy._files.Add(name, name == own ? [.. bytes] : bytes);
        return copy;
    }

    public IReadOnlyList<string> List()
    {
        lock (_lock)
            return [.. _files.Keys];
    }

    public IMappedFile? TryOpen(string name)
    {
        lock (_lock)
            return _files.TryGetValue(name, out var content) ? new Mapped(this, content) : null;
    }

    public IStateWriter Create(string name) => new Writer(this, name);

    public void Delete(string name)
    {
        lock (_lock)
            _files.Remove(name);
    }

    /// <summary>Puts any bytes there, as a failing disk or an older version would have.</summary>
    public void Plant(string name, ReadOnlySpan<byte> content)
    {
        lock (_lock)
            _files[name] = content.ToArray();
    }

    sealed class Mapped : IMappedFile
    {
        readonly MemoryStateFolder _folder;
        byte[]? _content;

        public Mapped(MemoryStateFolder folder, byte[] content)
        {
            (_folder, _content, Length) = (folder, content, content.Length);
            Interlocked.Increment(ref folder._openMaps);
        }

        public long Length { get; }

        public ReadOnlySpan<byte> Slice(long offset, int length)
        {
            Invariant.That(_content is not null);
            Invariant.That(offset >= 0 && length >= 0 && offset <= Length - length);
            return _content.AsSpan((int)offset, length);
        }

        public void Evict(long offset, long length) { }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _content, null) is not null)
                Interlocked.Decrement(ref _folder._openMaps);
        }
    }

    sealed class Writer(MemoryStateFolder folder, string name) : IStateWriter
    {
        readonly MemoryStream _content = new();
        bool _committed;

        public long Position => _content.Length;

        public void Write(ReadOnlySpan<byte> bytes)
        {
            Invariant.That(!_committed);
            _content.Write(bytes);
        }

        public void Commit()
        {
            Invariant.That(!_committed);
            _committed = true;
            folder.Plant(name, _content.ToArray());
        }

        public void Dispose() => _content.Dispose();
    }
}
