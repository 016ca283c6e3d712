using System.Runtime.InteropServices;

namespace Cairn.Files.Interop;

/// <summary>
/// The C library's calls as this project uses them, one file per group. Convention: like the kernel, a call returns
/// its result, or the error as a negative number; so errno is read at once and nowhere else. Calls that a signal may
/// interrupt are repeated here. Paths and names are pointers to bytes that end with NUL.
/// </summary>
static unsafe partial class Libc
{
    const string Library = "libc";

    public const int CurrentDirectory = -100;

    static int Result(int returned) => returned >= 0 ? returned : -Marshal.GetLastSystemError();

    static long Result(long returned) => returned >= 0 ? returned : -Marshal.GetLastSystemError();

    // The C library of older systems has no wrapper for these.
    [LibraryImport(Library, EntryPoint = "syscall")]
    private static partial nint SystemCall(nint number, nint a, nint b, nint c, nint d, nint e, nint f = 0);
}
