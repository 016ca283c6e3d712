using System.IO.MemoryMappedFiles;
using Cairn.Engine.Primitives;
using Cairn.Engine.State;
using Cairn.Storage.Interop;

namespace Cairn.Storage.State;

/// <summary>
/// A file as memory. State files are never shortened in place, only replaced, so no page of the map can vanish.
/// </summary>
sealed unsafe class MappedFile : IMappedFile
{
    readonly MemoryMappedFile? _map;
    readonly MemoryMappedViewAccessor? _view;
    byte* _start;
    bool _disposed;

    MappedFile(FileStream stream)
    {
        Length = stream.Length;
        // An empty file cannot be mapped and needs no map.
        if (Length == 0)
            return;
        _map = MemoryMappedFile.CreateFromFile(
            stream, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None,
            leaveOpen: true);
        _view = _map.CreateViewAccessor(offset: 0, Length, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        _start += _view.PointerOffset;
    }

    public long Length { get; }

    public static MappedFile Open(string path)
    {
        // The map holds on to the file by itself.
        using var stream = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Open,
            Access = FileAccess.Read,
            Share = FileShare.Read | FileShare.Delete,
            BufferSize = 0,
        });
        return new MappedFile(stream);
    }

    public ReadOnlySpan<byte> Slice(long offset, int length)
    {
        Invariant.That(!_disposed);
        Invariant.That(offset >= 0 && length >= 0 && offset <= Length - length);
        return new ReadOnlySpan<byte>(_start + offset, length);
    }

    // What it cannot do stays in memory, which is no harm: so its answer is not looked at.
    public void Evict(long offset, long length)
    {
        Invariant.That(!_disposed);
        Invariant.That(offset >= 0 && length >= 0 && offset <= Length - length);
        // The system wants whole pages, and its own may be larger than the index's: none that is only in part.
        var pageSize = Environment.SystemPageSize;
        var start = (offset + pageSize - 1) / pageSize * pageSize;
        var end = (offset + length) / pageSize * pageSize;
        if (start < end)
            _ = Libc.Advise(_start + start, (nuint)(end - start), Libc.DropResident);
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        if (_view is not null)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
        }
        _map?.Dispose();
    }
}
