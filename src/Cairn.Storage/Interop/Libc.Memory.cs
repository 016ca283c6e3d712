using System.Runtime.InteropServices;

namespace Cairn.Storage.Interop;

static partial class Libc
{
    /// <summary>MADV_DONTNEED: what a map of a file has in memory is given back; the file is read again on
    /// need.</summary>
    public const int DropResident = 4;

    [LibraryImport(Library, EntryPoint = "madvise", SetLastError = true)]
    public static unsafe partial int Advise(byte* start, nuint length, int advice);
}
