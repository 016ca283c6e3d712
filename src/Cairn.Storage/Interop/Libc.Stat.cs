using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Storage.Interop;

static partial class Libc
{
    /// <summary>AT_EMPTY_PATH: the facts of the handle itself.</summary>
    public const int OfHandle = 0x1000;

    /// <summary>STATX_BASIC_STATS</summary>
    public const uint BasicFacts = 0x7ff;

    public const int TypeMask = 0xf000;
    public const int TypeBitsRegular = 0x8000;
    public const int TypeBitsDirectory = 0x4000;

    /// <summary>struct statx, which unlike struct stat is the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct Facts
    {
        [FieldOffset(20)] public uint OwnerId;
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(40)] public ulong Size;
        [FieldOffset(112)] public long ModifiedSeconds;
        [FieldOffset(120)] public uint ModifiedNanoseconds;
    }

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Stat(int directory, string path, int flags, uint mask, out Facts facts);

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Stat(SafeFileHandle directory, string path, int flags, uint mask, out Facts facts);
}
