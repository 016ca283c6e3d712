using Cairn.Engine.State;

namespace Cairn.Tests.Indexing;

/// <summary>State files as byte arrays, open to damage.</summary>
sealed class MemoryFolder : IStateFolder
{
    readonly Dictionary<string, byte[]> _files = [];

    public Dictionary<string, byte[]> Files => _files;

    /// <summary>The same files, of which that one (or none) may be damaged without harm to these here.</summary>
    public MemoryFolder Copy(string? own = null)
    {
        var copy = new MemoryFolder();
        foreach (var (name, bytes) in _files)
            copy._files.Add(name, name == own ? (byte[])bytes.Clone() : bytes);
        return copy;
    }

    public IReadOnlyList<string> List()
    {
        lock (_files)
            return [.. _files.Keys];
    }

    public IMappedFile? TryOpen(string name)
    {
        lock (_files)
            return _files.TryGetValue(name, out var bytes) ? new Map(bytes) : null;
    }

    public IStateWriter Create(string name) => new Writer(this, name);

    public void Delete(string name)
    {
        lock (_files)
            _files.Remove(name);
    }

    sealed class Map(byte[] bytes) : IMappedFile
    {
        bool _disposed;
        public long Length => bytes.Length;

        public ReadOnlySpan<byte> Slice(long offset, int length)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return bytes.AsSpan(checked((int)offset), length);
        }

        public void Evict(long offset, long length) { }

        public void Dispose() => _disposed = true;
    }

    sealed class Writer(MemoryFolder folder, string name) : IStateWriter
    {
        readonly MemoryStream _stream = new();
        public long Position => _stream.Position;
        public void Write(ReadOnlySpan<byte> bytes) => _stream.Write(bytes);

        public void Commit()
        {
            lock (folder._files)
                folder._files[name] = _stream.ToArray();
        }

        public void Dispose() => _stream.Dispose();
    }
}
