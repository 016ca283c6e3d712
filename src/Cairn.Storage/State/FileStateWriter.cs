using Cairn.Engine.Primitives;
using Cairn.Engine.State;

namespace Cairn.Storage.State;

sealed class FileStateWriter : IStateWriter
{
    const int BufferSize = 256 << 10;
    const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    readonly string _temporary;
    readonly string _target;
    readonly FileStream _stream;
    bool _committed;
    bool _disposed;

    public FileStateWriter(string temporary, string target)
    {
        (_temporary, _target) = (temporary, target);
        _stream = new FileStream(temporary, new FileStreamOptions
        {
            Mode = System.IO.FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.Read,
            BufferSize = BufferSize,
            UnixCreateMode = FileMode,
        });
    }

    public long Position => _stream.Position;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        Invariant.That(!_committed);
        _stream.Write(bytes);
    }

    public void Commit()
    {
        Invariant.That(!_committed && !_disposed);
        // Not synced: state is a cache whose readers check it, and an index need not wait for the disk.
        _stream.Dispose();
        File.Move(_temporary, _target, overwrite: true);
        _committed = true;
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        if (_committed)
            return;
        try
        {
            _stream.Dispose();
        }
        finally
        {
            File.Delete(_temporary);
        }
    }
}
