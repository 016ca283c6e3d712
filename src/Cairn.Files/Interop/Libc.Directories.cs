using System.Runtime.InteropServices;

namespace Cairn.Files.Interop;

static unsafe partial class Libc
{
    const int RenameNoReplace = 1;
    const int AtRemoveDirectory = 0x200;

    /// <summary>The kernel takes no longer target for a link, its NUL included.</summary>
    public const int LinkTargetMax = 4096;

    /// <summary>Offsets in the kernel's <c>struct linux_dirent64</c>: inode, next, record length, type, name.</summary>
    public const int DirentLengthOffset = 16;
    public const int DirentTypeOffset = 18;
    public const int DirentNameOffset = 19;

    /// <summary>Fills the buffer with directory records; bytes filled, 0 at the end.</summary>
    public static long GetDirectoryRecords(int directory, byte* buffer, int length)
    {
        long result;
        do
            result = Result((long)SystemCall(SystemCallNumbers.GetDents64, directory, (nint)buffer, length, 0, 0));
        while (result == -Errno.Interrupted);
        return result;
    }

    /// <summary>The target's length; it was cut off if it fills the buffer.</summary>
    public static long ReadLinkAt(int directory, byte* name, Span<byte> target)
    {
        fixed (byte* start = target)
            return Result((long)readlinkat(directory, name, start, (nuint)target.Length));
    }

    public static int MakeDirectoryAt(int directory, byte* name, uint mode) => Result(mkdirat(directory, name, mode));

    public static int MakeSymlinkAt(byte* target, int directory, byte* name) =>
        Result(symlinkat(target, directory, name));

    public static int MakeLinkAt(int oldDirectory, byte* oldName, int directory, byte* name) =>
        Result(linkat(oldDirectory, oldName, directory, name, 0));

    public static int MakeNodeAt(int directory, byte* name, uint typeAndMode, uint major, uint minor)
    {
        var device = ((ulong)(major & 0xFFFFF000) << 32) | ((major & 0xFFF) << 8)
            | ((ulong)(minor & 0xFFFFFF00) << 12) | (minor & 0xFF);
        return Result(mknodat(directory, name, typeAndMode, device));
    }

    /// <summary>Renames within one directory, over what may stand there if it is no directory.</summary>
    public static int RenameAt(int directory, byte* oldName, byte* name) =>
        Result(renameat(directory, oldName, directory, name));

    /// <summary>The same, unless something stands there.</summary>
    public static int RenameAtIfFree(int directory, byte* oldName, byte* name)
    {
        var result = Result((int)SystemCall(
            SystemCallNumbers.RenameAt2, directory, (nint)oldName, directory, (nint)name, RenameNoReplace));
        if (-result is not (Errno.Invalid or Errno.NotImplemented))
            return result;
        // A file system that cannot do it at once. Links cannot replace anything either.
        result = MakeLinkAt(directory, oldName, directory, name);
        return result < 0 ? result : RemoveFileAt(directory, oldName);
    }

    public static int RemoveFileAt(int directory, byte* name) => Result(unlinkat(directory, name, 0));

    public static int RemoveDirectoryAt(int directory, byte* name) =>
        Result(unlinkat(directory, name, AtRemoveDirectory));

    [LibraryImport(Library)]
    private static partial nint readlinkat(int directory, byte* name, byte* target, nuint length);

    [LibraryImport(Library)]
    private static partial int renameat(int oldDirectory, byte* oldName, int directory, byte* name);

    [LibraryImport(Library)]
    private static partial int mkdirat(int directory, byte* name, uint mode);

    [LibraryImport(Library)]
    private static partial int symlinkat(byte* target, int directory, byte* name);

    [LibraryImport(Library)]
    private static partial int linkat(int oldDirectory, byte* oldName, int directory, byte* name, int flags);

    [LibraryImport(Library)]
    private static partial int mknodat(int directory, byte* name, uint typeAndMode, ulong device);

    [LibraryImport(Library)]
    private static partial int unlinkat(int directory, byte* name, int flags);
}
