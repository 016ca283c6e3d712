using Cairn.Engine.Entries;
using Cairn.Engine.Primitives;
using Cairn.Engine.Sources;
using Cairn.Files.Interop;

namespace Cairn.Files.Restoring;

/// <summary>A file that is written piece by piece. Takes over the descriptor and a share of the directory.</summary>
sealed unsafe class RestoreFile(
    int descriptor, TargetDirectory directory, byte[] path, uint createdMode, Entry entry, MetadataWriter metadata)
    : IRestoreFile
{
    readonly FileDescriptor _file = new(descriptor);
    bool _isComplete, _isDisposed;

    public void Write(long offset, ReadOnlySpan<byte> content)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        Invariant.That(!_isComplete);
        var error = Libc.WriteAll(_file.Number, content, offset);
        if (error < 0)
            throw WriteFailure.At(path, "cannot be written", error);
    }

    public void Complete()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        long error = Libc.SetLength(_file.Number, entry.Size);
        if (error == 0)
            error = metadata.Complete(_file.Number, directory, createdMode, path, entry);
        if (error < 0)
            throw WriteFailure.At(path, "cannot be completed", error);
        _isComplete = true;
    }

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _file.Dispose();
        if (!_isComplete)
            Remove();
        directory.Release();
    }

    void Remove()
    {
        var text = stackalloc byte[CName.BufferSize];
        var name = path.AsSpan(path.AsSpan().LastIndexOf((byte)'/') + 1);
        if (CName.TryTerminate(name, new Span<byte>(text, CName.BufferSize)))
            Libc.RemoveFileAt(directory.Number, text);
    }
}
