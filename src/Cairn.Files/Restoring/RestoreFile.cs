using Cairn.Engine.Entries;
using Cairn.Engine.Primitives;
using Cairn.Engine.Sources;
using Cairn.Files.Interop;

namespace Cairn.Files.Restoring;

/// <summary>
/// A file under its temporary name, written at once or piece by piece, that gets its own name when it is whole. Owns
/// the descriptor and a share of the directory.
/// </summary>
sealed unsafe class RestoreFile(
    int descriptor, TargetDirectory directory, byte[] temporary, byte[] path, uint createdMode, Entry entry,
    DirectoryTarget target) : IRestoreFile
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
        {
            fixed (byte* text = temporary)
                error = target.MoveIntoPlace(_file.Number, directory, text, createdMode, path, entry);
        }
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
        {
            fixed (byte* text = temporary)
                Libc.RemoveFileAt(directory.Number, text);
        }
        directory.Release();
    }
}
