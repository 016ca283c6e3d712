using System.Text;
using Cairn.Engine.Entries;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Formats.Manifests;

/// <summary>Writes an entry's record, and makes an entry from a record.</summary>
public static class EntryCodec
{
    public const EntryMarks AllMarks = EntryMarks.Torn | EntryMarks.UnlockedCopy | EntryMarks.Incomplete
        | EntryMarks.Kept | EntryMarks.Ancestor;

    /// <summary>Appends the record; the entry's content must be stored by now. A creation time of 0 is none.</summary>
    /// <param name="owner">The owner's number in the table above the record.</param>
    public static void Write(PieceWriter writer, Entry entry, int owner)
    {
        Invariant.That(EntryNames.IsValidName(entry.Name.Span));
        Invariant.That(entry.Mode <= ManifestLimits.ModeBits);
        Invariant.That((entry.Marks & ~AllMarks) == 0);
        var fields = FieldsOf(entry);
        writer.Byte((byte)entry.Kind);
        writer.Bytes(entry.Name.Span);
        writer.Varint((ulong)fields);
        writer.Varint(entry.Mode);
        writer.Varint((ulong)owner);
        WriteTime(writer, entry.Modified);
        if (fields != EntryFields.None)
            WriteOptional(writer, entry, fields);
        WriteKind(writer, entry);
    }

    /// <summary>Appends a record taken from elsewhere, with its owner's number in this table.</summary>
    public static void Write(PieceWriter writer, scoped in EntryRecord record, int owner)
    {
        writer.Raw(record.BeforeOwner);
        writer.Varint((ulong)owner);
        writer.Raw(record.AfterOwner);
    }

    /// <summary>The entry of a record that stands in that memory, which the entry then shares.</summary>
    public static Entry ToEntry(
        scoped in EntryRecord record, ReadOnlyMemory<byte> memory, Owner owner, FileStamp stamp = default) => new()
    {
        Kind = record.Kind,
        Name = MemoryOf(record.Name, memory),
        Mode = record.Mode,
        Owner = owner,
        Modified = record.Modified,
        Marks = record.Marks,
        Born = record.Born,
        HardLinkGroup = record.HardLinkGroup,
        InodeFlags = record.InodeFlags,
        Attributes = record.AttributeCount == 0 ? [] : AttributesOf(record, memory),
        RestoreThrough = record.RestoreThrough.IsEmpty ? "" : Encoding.UTF8.GetString(record.RestoreThrough),
        Size = record.Size,
        Content = record.HasContent ? ContentOf(record) : null,
        LinkTarget = record.LinkTarget.IsEmpty ? default : MemoryOf(record.LinkTarget, memory),
        DeviceMajor = record.DeviceMajor,
        DeviceMinor = record.DeviceMinor,
        Stamp = stamp,
    };

    public static FileContent ContentOf(scoped in EntryRecord record)
    {
        if (record.ExtentCount == 0)
            return FileContent.Empty;
        var extents = new Extent[record.ExtentCount];
        var reader = new PieceReader(record.Extents);
        for (var i = 0; i < extents.Length; i++)
            extents[i] = ExtentCodec.Read(ref reader, record.ListDepth);
        return new FileContent(extents, record.ListDepth);
    }

    public static bool IsValidLinkTarget(ReadOnlySpan<byte> target) =>
        target.Length is > 0 and <= ManifestLimits.LinkTargetBytes && !target.Contains((byte)0);

    static EntryFields FieldsOf(Entry entry) =>
        (entry.Marks != 0 ? EntryFields.Marks : 0)
        | (entry.Born is { } born && born != default ? EntryFields.Born : 0)
        | (entry.HardLinkGroup != 0 ? EntryFields.HardLinkGroup : 0)
        | (entry.InodeFlags != 0 ? EntryFields.InodeFlags : 0)
        | (entry.Attributes.Count != 0 ? EntryFields.Attributes : 0)
        | (entry.RestoreThrough.Length != 0 ? EntryFields.RestoreThrough : 0);

    static void WriteOptional(PieceWriter writer, Entry entry, EntryFields fields)
    {
        if ((fields & EntryFields.Marks) != 0)
            writer.Varint((ulong)entry.Marks);
        if ((fields & EntryFields.Born) != 0)
            WriteTime(writer, entry.Born!.Value);
        if ((fields & EntryFields.HardLinkGroup) != 0)
            writer.Varint(entry.HardLinkGroup);
        if ((fields & EntryFields.InodeFlags) != 0)
            writer.Varint(entry.InodeFlags);
        if ((fields & EntryFields.Attributes) != 0)
            AttributeCodec.Write(writer, entry.Attributes);
        if ((fields & EntryFields.RestoreThrough) != 0)
        {
            var command = Encoding.UTF8.GetBytes(entry.RestoreThrough);
            Invariant.That(command.Length <= ManifestLimits.RestoreThroughBytes);
            writer.Bytes(command);
        }
    }

    static void WriteKind(PieceWriter writer, Entry entry)
    {
        switch (entry.Kind)
        {
            case EntryKind.File or EntryKind.Stream:
                WriteContent(writer, entry);
                break;
            case EntryKind.Symlink:
                Invariant.That(IsValidLinkTarget(entry.LinkTarget.Span));
                writer.Bytes(entry.LinkTarget.Span);
                break;
            case EntryKind.CharacterDevice or EntryKind.BlockDevice:
                writer.Varint(entry.DeviceMajor);
                writer.Varint(entry.DeviceMinor);
                break;
        }
    }

    static void WriteContent(PieceWriter writer, Entry entry)
    {
        Invariant.That(entry.Content is not null);
        var content = entry.Content;
        Invariant.That(content.Extents.Count <= ManifestLimits.EntryExtents);
        Invariant.That(content.ListDepth is >= 0 and <= ManifestLimits.ListDepth);
        writer.Varint((ulong)entry.Size);
        writer.Varint((ulong)content.ListDepth);
        writer.Varint((ulong)content.Extents.Count);
        var total = 0L;
        for (var i = 0; i < content.Extents.Count; i++)
        {
            var extent = content.Extents[i];
            ExtentCodec.Write(writer, extent);
            total += extent.Length;
        }
        Invariant.That(total == entry.Size);
    }

    static void WriteTime(PieceWriter writer, FileTime time)
    {
        Invariant.That(time.Nanoseconds <= ManifestLimits.NanosecondsMax);
        writer.SignedVarint(time.Seconds);
        writer.Varint(time.Nanoseconds);
    }

    static ExtendedAttribute[] AttributesOf(scoped in EntryRecord record, ReadOnlyMemory<byte> memory)
    {
        var attributes = new ExtendedAttribute[record.AttributeCount];
        var reader = new PieceReader(record.Attributes);
        var row = default(AttributeCodec.Row);
        for (var i = 0; i < attributes.Length; i++)
        {
            AttributeCodec.Read(ref reader, ref row);
            attributes[i] = new ExtendedAttribute(MemoryOf(row.Name, memory), MemoryOf(row.Value, memory))
            {
                StoredValue = row.StoredValue,
            };
        }
        return attributes;
    }

    internal static ReadOnlyMemory<byte> MemoryOf(ReadOnlySpan<byte> part, ReadOnlyMemory<byte> memory)
    {
        if (part.IsEmpty)
            return default;
        Invariant.That(memory.Span.Overlaps(part, out var offset));
        return memory.Slice(offset, part.Length);
    }
}
