using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Storage.Interop;

static partial class Libc
{
    // struct linux_dirent64: inode 8, position 8, record length 2, type 1, name with a final NUL.
    public const int DirectoryRecordLengthAt = 16;
    public const int DirectoryTypeAt = 18;
    public const int DirectoryNameAt = 19;

    public const byte TypeDirectory = 4;
    public const byte TypeRegular = 8;
    public const byte TypeUnknown = 0;
    public const byte TypeSymlink = 10;

    [LibraryImport(Library, EntryPoint = "getdents64", SetLastError = true)]
    public static unsafe partial nint ReadDirectory(SafeFileHandle directory, byte* buffer, nint count);
}
