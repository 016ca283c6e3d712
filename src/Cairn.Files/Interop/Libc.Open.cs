using System.Runtime.InteropServices;

namespace Cairn.Files.Interop;

static unsafe partial class Libc
{
    public const int ReadOnly = 0;
    public const int WriteOnly = 1;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int NonBlocking = 0x800;
    public const int NoAccessTime = 0x40000;
    public const int CloseOnExec = 0x80000;
    public const int PathOnly = 0x200000;

    // Two flags have their own values on the ARM and POWER families.
    static readonly bool SwapsFlags = RuntimeInformation.ProcessArchitecture is
        Architecture.Arm or Architecture.Arm64 or Architecture.Ppc64le;
    public static readonly int DirectoryOnly = SwapsFlags ? 0x4000 : 0x10000;
    public static readonly int NoFollow = SwapsFlags ? 0x8000 : 0x20000;

    public const ulong ResolveNoMagicLinks = 0x02;
    public const ulong ResolveNoSymlinks = 0x04;
    public const ulong ResolveBeneath = 0x08;

    public static int OpenAt(int directory, byte* path, int flags, uint mode = 0)
    {
        int result;
        do
            result = Result(openat(directory, path, flags | CloseOnExec, mode));
        while (result == -Errno.Interrupted);
        return result;
    }

    /// <summary>Opens for reading without a trace in the access time, where the system lets us.</summary>
    public static int OpenAtQuietly(int directory, byte* path, int flags)
    {
        var result = OpenAt(directory, path, flags | NoAccessTime);
        return result == -Errno.NotPermitted ? OpenAt(directory, path, flags) : result;
    }

    public static int OpenAt2(int directory, byte* path, int flags, ulong resolve)
    {
        var how = new OpenHow { Flags = (uint)(flags | CloseOnExec), Resolve = resolve };
        int result;
        do
        {
            result = Result((int)SystemCall(
                SystemCallNumbers.OpenAt2, directory, (nint)path, (nint)(&how), sizeof(OpenHow), 0));
        }
        while (result == -Errno.Interrupted);
        return result;
    }

    // Never repeated: on Linux the descriptor is gone even if close says that it was interrupted.
    public static int Close(int descriptor) => Result(close(descriptor));

    struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    [LibraryImport(Library)]
    private static partial int openat(int directory, byte* path, int flags, uint mode);

    [LibraryImport(Library)]
    private static partial int close(int descriptor);
}
