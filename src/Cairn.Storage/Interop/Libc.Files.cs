using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Storage.Interop;

static partial class Libc
{
    public const int ReadOnly = 0;
    public const int WriteOnly = 1;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    /// <summary>So that a fifo planted under an object's name cannot make open wait for ever.</summary>
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;

    /// <summary>IOV_MAX: more parts than this are refused by the kernel.</summary>
    public const int VectorsMax = 1024;

    [StructLayout(LayoutKind.Sequential)]
    public struct Vector
    {
        public nint Address;
        public nint Length;
    }

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial SafeFileHandle Open(string path, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "writev", SetLastError = true)]
    public static unsafe partial nint WriteVector(SafeFileHandle file, Vector* vectors, int count);

    [LibraryImport(Library, EntryPoint = "pread64", SetLastError = true)]
    public static unsafe partial nint ReadAt(SafeFileHandle file, byte* buffer, nint count, long offset);

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(SafeFileHandle file);

    [LibraryImport(Library, EntryPoint = "fchmod", SetLastError = true)]
    public static partial int ChangeMode(SafeFileHandle file, uint mode);
}
