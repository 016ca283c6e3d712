using System.Security.Cryptography;
using Cairn.Storage.Disks;

namespace Cairn.App;

/// <summary>Files that only their owner may read, in folders that only he may enter.</summary>
static class PrivateFile
{
    public const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    public const UnixFileMode FolderMode = FileMode | UnixFileMode.UserExecute;

    const UnixFileMode OthersMode = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead
        | UnixFileMode.OtherWrite;

    /// <summary>Whole or not at all, also after a power cut; replaces a former one.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var folder = Path.GetDirectoryName(path)!;
        CreateFolder(folder);
        var temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.{RandomNumberGenerator.GetHexString(16)}");
        try
        {
            using (var file = Create(temporary))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
            SyncFolder(path);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>
    /// Makes the name of a file durable: syncing the file does so only for its bytes, and a key that a power cut makes
    /// vanish from its folder is as lost as one never written.
    /// </summary>
    public static void SyncFolder(string path)
    {
        try
        {
            PosixDisk.Instance.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (DiskException e) when (e.Code is Errno.AccessDenied or Errno.Invalid)
        {
            // A folder that one may write to and not open, or a file system that cannot: no more is to be had.
        }
    }

    /// <summary>
    /// With whatever is missing above it, all for their owner only and durable; what exists stays as it is.
    /// </summary>
    public static void CreateFolder(string path)
    {
        if (Directory.Exists(path))
            return;
        if (Path.GetDirectoryName(path) is { } parent)
            CreateFolder(parent);
        Directory.CreateDirectory(path, FolderMode);
        SyncFolder(path);
    }

    /// <summary>A new, empty one. Throws an <see cref="IOException"/> if the name is taken.</summary>
    public static FileStream Create(string path) => new(path, new FileStreamOptions
    {
        Mode = System.IO.FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = FileMode, BufferSize = 0,
    });

    public static bool IsOpenToOthers(string path) => (File.GetUnixFileMode(path) & OthersMode) != 0;
}
