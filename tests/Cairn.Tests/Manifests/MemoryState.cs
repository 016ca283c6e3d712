using Cairn.Engine.State;

namespace Cairn.Tests.Manifests;

/// <summary>A state folder whose files tests can bend.</summary>
sealed class MemoryState : IStateFolder
{
    public Dictionary<string, byte[]> Files { get; } = [];
    public int OpenMaps;

    public IReadOnlyList<string> List() => [.. Files.Keys];

    public IMappedFile? TryOpen(string name) => Files.TryGetValue(name, out var bytes) ? new Map(this, bytes) : null;

    public IStateWriter Create(string name) => new Writer(this, name);

    public void Delete(string name) => Files.Remove(name);

    sealed class Map : IMappedFile
    {
        readonly MemoryState _state;
        readonly byte[] _bytes;
        bool _isDisposed;

        public Map(MemoryState state, byte[] bytes)
        {
            (_state, _bytes) = (state, bytes);
            state.OpenMaps++;
        }

        public long Length => _bytes.Length;

        public ReadOnlySpan<byte> Slice(long offset, int length)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _bytes.AsSpan((int)offset, length);
        }

        public void Evict(long offset, long length) { }

        public void Dispose()
        {
            if (!_isDisposed)
                _state.OpenMaps--;
            _isDisposed = true;
        }
    }

    sealed class Writer(MemoryState state, string name) : IStateWriter
    {
        readonly MemoryStream _stream = new();

        public long Position => _stream.Length;
        public void Write(ReadOnlySpan<byte> bytes) => _stream.Write(bytes);
        public void Commit() => state.Files[name] = _stream.ToArray();
        public void Dispose() => _stream.Dispose();
    }
}
