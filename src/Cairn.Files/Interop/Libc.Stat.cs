using System.Runtime.InteropServices;

namespace Cairn.Files.Interop;

static unsafe partial class Libc
{
    public const int AtNoFollow = 0x100;
    public const int AtEffectiveAccess = 0x200;
    public const int AtNoAutomount = 0x800;
    public const int AtEmptyPath = 0x1000;

    /// <summary>Everything but the access time, with the time of birth.</summary>
    public const uint StatxWanted = 0x7ff & ~0x20u | 0x800;

    /// <summary>Type, mode, owner, size, blocks, mtime, ctime, inode.</summary>
    public const uint StatxForIdentity = 0x7ff & ~0x24u;

    const uint ReadAccess = 4;
    const uint SearchAccess = 1;

    public static int StatAt(int directory, byte* path, int flags, uint mask, Statx* stat) =>
        Result(statx(directory, path, flags | AtNoAutomount, mask, stat));

    public static int StatDescriptor(int descriptor, uint mask, Statx* stat)
    {
        byte empty = 0;
        return Result(statx(descriptor, &empty, AtEmptyPath, mask, stat));
    }

    /// <summary>Whether a directory can be listed and its entries looked at.</summary>
    public static int CheckDirectoryAccess(int directory, byte* path) =>
        Result(faccessat(directory, path, ReadAccess | SearchAccess, AtEffectiveAccess));

    [LibraryImport(Library)]
    private static partial int statx(int directory, byte* path, int flags, uint mask, Statx* stat);

    [LibraryImport(Library)]
    private static partial int faccessat(int directory, byte* path, uint mode, int flags);
}
