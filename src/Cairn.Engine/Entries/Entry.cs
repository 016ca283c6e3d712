using Cairn.Engine.Primitives;

namespace Cairn.Engine.Entries;

/// <summary>What an entry is. The numbers are those of the manifest (docs/format.md).</summary>
public enum EntryKind : byte
{
    File = 1,
    Directory = 2,
    Symlink = 3,
    Fifo = 4,
    CharacterDevice = 5,
    BlockDevice = 6,
    Stream = 7,
}

/// <summary>Anything a reader of the snapshot has to know about how an entry came to be. Bits as in the
/// manifest.</summary>
[Flags]
public enum EntryMarks : ushort
{
    None = 0,
    /// <summary>The file changed while it was read, also the second time: its content may mix two states.</summary>
    Torn = 1,
    /// <summary>Somebody held an advisory lock on the file; it was read without.</summary>
    UnlockedCopy = 2,
    /// <summary>A directory whose children could not be listed, or not all of them.</summary>
    Incomplete = 4,
    /// <summary>Gone from the source, kept from the previous snapshot by a skip-delete rule.</summary>
    Kept = 8,
    /// <summary>
    /// A directory that is only here because a source lies below it; its other children were not looked at, and its
    /// time of modification, which they change, is not recorded (0).
    /// </summary>
    Ancestor = 16,
}

/// <summary>A time as the file system keeps it: seconds since 1970 (negative before), and nanoseconds 0…999 999
/// 999.</summary>
public readonly record struct FileTime(long Seconds, uint Nanoseconds) : IComparable<FileTime>
{
    public int CompareTo(FileTime other) =>
        Seconds != other.Seconds ? Seconds.CompareTo(other.Seconds) : Nanoseconds.CompareTo(other.Nanoseconds);
}

/// <summary>Owner by number and, where the system knows one, by name (empty if not).</summary>
public sealed record Owner(uint UserId, uint GroupId, string UserName, string GroupName);

/// <summary>An extended attribute; POSIX ACLs and file capabilities are attributes too. Name as bytes without
/// NUL.</summary>
public sealed record ExtendedAttribute(ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Value)
{
    /// <summary>Where a value too large for the manifest lies: one chunk blob. <see cref="Value"/> is empty
    /// then.</summary>
    public Extent? StoredValue { get; init; }
}

/// <summary>
/// One file, directory, link, device, fifo or stream with its metadata, wherever it came from: the disk or a manifest.
/// Mutable while it is being made by its one maker, read-only afterwards by convention.
/// </summary>
public sealed class Entry
{
    /// <summary>The last component of the path, as bytes. Never empty, no NUL, no slash, not <c>.</c> or
    /// <c>..</c>.</summary>
    public required ReadOnlyMemory<byte> Name { get; init; }

    public required EntryKind Kind { get; init; }

    /// <summary>The twelve permission bits (rwx for three, suid, sgid, sticky).</summary>
    public ushort Mode { get; set; }

    public required Owner Owner { get; init; }

    public FileTime Modified { get; set; }

    /// <summary>Creation time where the file system knows it.</summary>
    public FileTime? Born { get; init; }

    /// <summary>Plain length in bytes of a file or stream, holes included; 0 otherwise.</summary>
    public long Size { get; set; }

    /// <summary>A symlink's target, as bytes; empty otherwise.</summary>
    public ReadOnlyMemory<byte> LinkTarget { get; init; }

    public uint DeviceMajor { get; init; }
    public uint DeviceMinor { get; init; }

    /// <summary>
    /// Entries of one snapshot with the same non-zero group are names of one file (hard links). On the walk it is
    /// derived from device and inode; every name carries full metadata and content, so any subset can be restored.
    /// </summary>
    public ulong HardLinkGroup { get; set; }

    /// <summary>Linux inode flags that Cairn keeps (immutable, append-only, nodump …), as FS_IOC_GETFLAGS gives
    /// them.</summary>
    public uint InodeFlags { get; init; }

    public IReadOnlyList<ExtendedAttribute> Attributes { get; set; } = [];

    public EntryMarks Marks { get; set; }

    /// <summary>For streams: what to pipe the content through when restoring; empty if nothing.</summary>
    public string RestoreThrough { get; set; } = "";

    /// <summary>Where the content lies: null until it was stored, empty for an empty file.</summary>
    public FileContent? Content { get; set; }

    /// <summary>How the source looked when the entry was taken: for change detection, never in a manifest.</summary>
    public FileStamp Stamp { get; set; }

    /// <summary>The same under another name.</summary>
    public Entry Renamed(ReadOnlyMemory<byte> name) => new()
    {
        Name = name, Kind = Kind, Mode = Mode, Owner = Owner, Modified = Modified, Born = Born, Size = Size,
        LinkTarget = LinkTarget, DeviceMajor = DeviceMajor, DeviceMinor = DeviceMinor, HardLinkGroup = HardLinkGroup,
        InodeFlags = InodeFlags, Attributes = Attributes, Marks = Marks, RestoreThrough = RestoreThrough,
        Content = Content, Stamp = Stamp,
    };

    public bool HasContent => Kind is EntryKind.File or EntryKind.Stream;
}

/// <summary>
/// What tells a changed file from an unchanged one besides size and modification time. Kept in local state only.
/// </summary>
public readonly record struct FileStamp(FileTime Changed, ulong Inode, ulong Device);

/// <summary>A stretch of a file: a blob's content, or (id null) a hole of zeros.</summary>
public readonly record struct Extent(long Length, BlobId? Blob)
{
    public bool IsHole => Blob is null;
}

/// <summary>
/// A file's content: few extents inline, or the root of a tree of list blobs whose leaves hold them
/// (<paramref name="ListDepth"/> levels; 0 = inline).
/// </summary>
public sealed record FileContent(IReadOnlyList<Extent> Extents, int ListDepth)
{
    public static readonly FileContent Empty = new([], ListDepth: 0);
}
