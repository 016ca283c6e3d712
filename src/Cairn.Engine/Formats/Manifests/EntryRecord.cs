using Cairn.Engine.Entries;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Formats.Manifests;

/// <summary>
/// One entry's record, decoded and checked, as a view of the bytes it stands in: no allocation. Spans of attributes and
/// extents hold rows that were checked already.
/// </summary>
public ref struct EntryRecord
{
    public EntryKind Kind;
    public ReadOnlySpan<byte> Name;
    public ushort Mode;
    public int Owner;
    public FileTime Modified;
    public EntryMarks Marks;
    public FileTime? Born;
    public ulong HardLinkGroup;
    public uint InodeFlags;
    public int AttributeCount;
    public ReadOnlySpan<byte> Attributes;
    public ReadOnlySpan<byte> RestoreThrough;
    public long Size;
    public int ListDepth;
    public int ExtentCount;
    public ReadOnlySpan<byte> Extents;
    public ReadOnlySpan<byte> LinkTarget;
    public uint DeviceMajor;
    public uint DeviceMinor;

    /// <summary>The record before and behind the owner's number, which is another one in every piece.</summary>
    public ReadOnlySpan<byte> BeforeOwner;
    public ReadOnlySpan<byte> AfterOwner;

    public readonly bool HasContent => Kind is EntryKind.File or EntryKind.Stream;

    /// <summary>What an entry counts as in the rows above it: the bytes of a file or stream, else nothing.</summary>
    public readonly ulong ContentBytes => (ulong)Size;

    /// <param name="ownerCount">How many owners the table above the record has.</param>
    public static void Read(scoped ref PieceReader reader, int ownerCount, scoped ref EntryRecord record)
    {
        record = default;
        var start = reader.Position;
        record.Kind = (EntryKind)reader.Byte("kind of an entry");
        if (record.Kind is < EntryKind.File or > EntryKind.Stream)
            PieceReader.Refuse($"there is no kind of entry {(byte)record.Kind}");
        record.Name = reader.Bytes(ManifestLimits.NameBytes, "name of an entry");
        if (!EntryNames.IsValidName(record.Name))
            PieceReader.Refuse("the name of an entry is none");
        var fields = (EntryFields)reader.Varint((ulong)EntryFields.All, "fields of an entry");
        record.Mode = (ushort)reader.Varint(ManifestLimits.ModeBits, "mode of an entry");
        record.BeforeOwner = reader.Since(start);
        record.Owner = (int)reader.Varint(ManifestLimits.Owners, "owner of an entry");
        if (record.Owner >= ownerCount)
            PieceReader.Refuse("an entry has an owner that is not in the table");
        start = reader.Position;
        record.Modified = ReadTime(ref reader);
        if (fields != EntryFields.None)
            record.ReadOptional(ref reader, fields);
        record.ReadKind(ref reader);
        record.AfterOwner = reader.Since(start);
    }

    void ReadOptional(scoped ref PieceReader reader, EntryFields fields)
    {
        if ((fields & EntryFields.Marks) != 0)
            Marks = (EntryMarks)NotZero(reader.Varint((ulong)EntryCodec.AllMarks, "marks of an entry"));
        if ((fields & EntryFields.Born) != 0)
        {
            Born = ReadTime(ref reader);
            if (Born == default(FileTime))
                PieceReader.Refuse("an optional field holds its default");
        }
        if ((fields & EntryFields.HardLinkGroup) != 0)
            HardLinkGroup = NotZero(reader.Varint("hard-link group"));
        if ((fields & EntryFields.InodeFlags) != 0)
            InodeFlags = (uint)NotZero(reader.Varint(uint.MaxValue, "inode flags"));
        if ((fields & EntryFields.Attributes) != 0)
        {
            AttributeCount = reader.Count(ManifestLimits.Attributes, AttributeCodec.BytesMin, "count of attributes");
            _ = NotZero((ulong)AttributeCount);
            var start = reader.Position;
            AttributeCodec.Skip(ref reader, AttributeCount);
            Attributes = reader.Since(start);
        }
        if ((fields & EntryFields.RestoreThrough) != 0)
        {
            RestoreThrough = reader.Bytes(ManifestLimits.RestoreThroughBytes, "restore-through command");
            _ = NotZero((ulong)RestoreThrough.Length);
            if (!System.Text.Unicode.Utf8.IsValid(RestoreThrough))
                PieceReader.Refuse("the restore-through command is not UTF-8");
        }
    }

    void ReadKind(scoped ref PieceReader reader)
    {
        switch (Kind)
        {
            case EntryKind.File or EntryKind.Stream:
                ReadContent(ref reader);
                break;
            case EntryKind.Symlink:
                LinkTarget = reader.Bytes(ManifestLimits.LinkTargetBytes, "target of a link");
                if (!EntryCodec.IsValidLinkTarget(LinkTarget))
                    PieceReader.Refuse("the target of a link is none");
                break;
            case EntryKind.CharacterDevice or EntryKind.BlockDevice:
                DeviceMajor = (uint)reader.Varint(uint.MaxValue, "major number of a device");
                DeviceMinor = (uint)reader.Varint(uint.MaxValue, "minor number of a device");
                break;
        }
    }

    void ReadContent(scoped ref PieceReader reader)
    {
        Size = (long)reader.Varint(ManifestLimits.FileBytes, "size of a file");
        ListDepth = (int)reader.Varint(ManifestLimits.ListDepth, "list depth of a file");
        ExtentCount = reader.Count(ManifestLimits.EntryExtents, ExtentCodec.BytesMin, "count of extents");
        if (ExtentCount == 0 && ListDepth != 0)
            PieceReader.Refuse("an empty file has no lists");
        var start = reader.Position;
        if (ExtentCodec.Skip(ref reader, ExtentCount, ListDepth) != Size)
            PieceReader.Refuse("the extents of a file do not add up to its size");
        Extents = reader.Since(start);
    }

    static FileTime ReadTime(scoped ref PieceReader reader) => new(
        reader.SignedVarint("seconds of a time"),
        (uint)reader.Varint(ManifestLimits.NanosecondsMax, "nanoseconds of a time"));

    static ulong NotZero(ulong value)
    {
        if (value == 0)
            PieceReader.Refuse("an optional field holds its default");
        return value;
    }
}
