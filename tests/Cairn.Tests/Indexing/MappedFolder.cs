using System.IO.MemoryMappedFiles;
using Cairn.Engine.State;

namespace Cairn.Tests.Indexing;

/// <summary>Real files and real maps, for measuring.</summary>
sealed class MappedFolder(string folder) : IStateFolder
{
    public IReadOnlyList<string> List() => [.. Directory.GetFiles(folder).Select(path => Path.GetFileName(path))];

    public IMappedFile? TryOpen(string name) => File.Exists(PathOf(name)) ? new Map(PathOf(name)) : null;

    public IStateWriter Create(string name) => new Writer(PathOf(name));

    public void Delete(string name) => File.Delete(PathOf(name));

    string PathOf(string name) => Path.Combine(folder, name);

    sealed unsafe class Map : IMappedFile
    {
        readonly MemoryMappedFile _file;
        readonly MemoryMappedViewAccessor _view;
        readonly byte* _start;

        public Map(string path)
        {
            Length = new FileInfo(path).Length;
            _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, 0, MemoryMappedFileAccess.Read);
            _view = _file.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        }

        public long Length { get; }

        public ReadOnlySpan<byte> Slice(long offset, int length)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)offset, (ulong)(Length - length));
            return new ReadOnlySpan<byte>(_start + offset, length);
        }

        public void Dispose()
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file.Dispose();
        }
    }

    sealed class Writer(string path) : IStateWriter
    {
        readonly FileStream _stream = new(path + ".new", FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        public long Position => _stream.Position;
        public void Write(ReadOnlySpan<byte> bytes) => _stream.Write(bytes);

        public void Commit()
        {
            _stream.Dispose();
            File.Move(path + ".new", path, overwrite: true);
        }

        public void Dispose() => _stream.Dispose();
    }
}
