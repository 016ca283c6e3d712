namespace Cairn.App;

/// <summary>An advisory lock on a file, which the kernel drops with its holder, so that none is ever stale.</summary>
static class FileLock
{
    /// <summary>Null while somebody else holds it.</summary>
    public static FileStream? TryTake(string path)
    {
        try
        {
            // FileShare.None is flock(2) on Linux.
            return new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None,
                UnixCreateMode = PrivateFile.FileMode, BufferSize = 0,
            });
        }
        catch (IOException e) when (e.GetType() == typeof(IOException))
        {
            return null;
        }
    }
}
