using Cairn.Engine.Entries;
using Cairn.Engine.Sources;

namespace Cairn.Files.Portable;

/// <summary>A file under its temporary name until it is whole.</summary>
sealed class PortableRestoreFile(
    string temporary, FileStream file, Action complete, Action moveIntoPlace, Entry entry, byte[] path)
    : IRestoreFile
{
    bool _isDone;

    public void Write(long offset, ReadOnlySpan<byte> content)
    {
        try
        {
            RandomAccess.Write(file.SafeFileHandle, content, offset);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure(path, "cannot be written", e);
        }
    }

    public void Complete()
    {
        try
        {
            RandomAccess.SetLength(file.SafeFileHandle, entry.Size);
            file.Dispose();
            complete();
            moveIntoPlace();
            _isDone = true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure(path, "cannot be written", e);
        }
    }

    public void Dispose()
    {
        file.Dispose();
        if (_isDone)
            return;
        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next restore takes it away.
        }
    }

    public static RestoreWriteException Failure(ReadOnlySpan<byte> path, string what, Exception e)
    {
        const int noSpace = 28, diskFull = unchecked((int)0x80070070), handleDiskFull = unchecked((int)0x80070027);
        return new RestoreWriteException($"{PathText.Show(path)}: {what}: {PortableMetadata.Describe(e)}", e)
        {
            IsFatal = e.HResult is noSpace or diskFull or handleDiskFull,
        };
    }
}
