using System.Runtime.InteropServices;
using Cairn.Engine.Entries;

namespace Cairn.Files.Interop;

/// <summary>The kernel's <c>struct statx</c>.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
struct Statx
{
    const uint HasBornTime = 0x800;
    const uint Compressed = 0x4;
    const uint NoDump = 0x40;
    const uint InodeFlagsMask = Compressed | FlagImmutable | FlagAppendOnly | NoDump;

    /// <summary>Inode flags that keep everybody from changing or renaming it.</summary>
    public const uint FlagImmutable = 0x10;
    public const uint FlagAppendOnly = 0x20;

    const int TypeMask = 0xF000;

    public const int TypeFifo = 0x1000;
    public const int TypeCharacterDevice = 0x2000;
    public const int TypeDirectory = 0x4000;
    public const int TypeBlockDevice = 0x6000;
    public const int TypeFile = 0x8000;
    public const int TypeSymlink = 0xA000;
    public const int TypeSocket = 0xC000;

    [FieldOffset(0)] public uint Mask;
    [FieldOffset(8)] public ulong Attributes;
    [FieldOffset(16)] public uint LinkCount;
    [FieldOffset(20)] public uint UserId;
    [FieldOffset(24)] public uint GroupId;
    [FieldOffset(28)] public ushort TypeAndMode;
    [FieldOffset(32)] public ulong Inode;
    [FieldOffset(40)] public long Size;
    [FieldOffset(48)] public long Blocks;
    [FieldOffset(56)] public ulong AttributesKnown;
    [FieldOffset(80)] Timestamp _born;
    [FieldOffset(96)] Timestamp _changed;
    [FieldOffset(112)] Timestamp _modified;
    [FieldOffset(128)] public uint SpecialMajor;
    [FieldOffset(132)] public uint SpecialMinor;
    [FieldOffset(136)] uint _deviceMajor;
    [FieldOffset(140)] uint _deviceMinor;

    public readonly int Type => TypeAndMode & TypeMask;
    public readonly ushort Mode => (ushort)(TypeAndMode & 0xFFF);
    public readonly bool IsDirectory => Type == TypeDirectory;
    public readonly bool IsFile => Type == TypeFile;
    public readonly bool IsDevice => Type is TypeCharacterDevice or TypeBlockDevice;
    public readonly ulong Device => (ulong)_deviceMajor << 32 | _deviceMinor;
    public readonly FileTime Modified => _modified.Time;
    public readonly FileTime Changed => _changed.Time;
    public readonly FileTime? Born => (Mask & HasBornTime) != 0 ? _born.Time : null;
    /// <summary>
    /// Compressed, immutable, append-only, nodump: those of the inode flags that come without a call of their own. The
    /// bits are the same as in FS_IOC_GETFLAGS.
    /// </summary>
    public readonly uint InodeFlags => (uint)Attributes & InodeFlagsMask;

    /// <summary>Those of them that this file system has.</summary>
    public readonly uint InodeFlagsKnown => (uint)AttributesKnown & InodeFlagsMask;

    public readonly bool MayHaveHoles => Blocks * 512 < Size;

    /// <summary>What a snapshot can hold of it, or null: a socket, or a type unknown to us.</summary>
    public readonly EntryKind? Kind => Type switch
    {
        TypeFile => EntryKind.File,
        TypeDirectory => EntryKind.Directory,
        TypeSymlink => EntryKind.Symlink,
        TypeFifo => EntryKind.Fifo,
        TypeCharacterDevice => EntryKind.CharacterDevice,
        TypeBlockDevice => EntryKind.BlockDevice,
        _ => null,
    };

    public readonly bool IsSameFileAs(FileStamp stamp) => Inode == stamp.Inode && Device == stamp.Device;

    struct Timestamp
    {
        public long Seconds;
        public uint Nanoseconds;
        public int Reserved;

        public readonly FileTime Time => new(Seconds, Nanoseconds);
    }
}
