using System.Buffers.Binary;
using System.Text;
using Cairn.Engine.Crypto;
using Cairn.Engine.Entries;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Manifests.Local;

/// <summary>What besides size and time of modification must be the same for a file not to be read again.</summary>
/// <param name="ByChangeTime">Off where something touches all files without changing them.</param>
/// <param name="ByInode">Off where a file system gives no lasting inode or device numbers.</param>
public readonly record struct ChangeRules(bool ByChangeTime, bool ByInode)
{
    public static readonly ChangeRules Default = new(ByChangeTime: true, ByInode: true);
}

/// <summary>An entry of the former snapshot as a view of the local manifest: nothing is copied or allocated.</summary>
public ref struct LocalEntry
{
    readonly LocalManifest _manifest;
    readonly ReadOnlySpan<byte> _raw;
    readonly ulong _chain;

    public EntryRecord Record;

    LocalEntry(LocalManifest manifest, ReadOnlySpan<byte> entry)
    {
        _manifest = manifest;
        Stamp = new FileStamp(
            new FileTime(
                BinaryPrimitives.ReadInt64LittleEndian(entry),
                BinaryPrimitives.ReadUInt32LittleEndian(entry[8..])),
            BinaryPrimitives.ReadUInt64LittleEndian(entry[12..]),
            BinaryPrimitives.ReadUInt64LittleEndian(entry[20..]));
        _chain = BinaryPrimitives.ReadUInt64LittleEndian(entry[28..]);
        _raw = entry[(LocalManifestLayout.EntryHeaderSize - sizeof(uint))..];
    }

    public FileStamp Stamp { get; }

    public readonly Owner Owner => _manifest.Owners[Record.Owner];

    /// <summary>The list blobs of a large file, with their content.</summary>
    public readonly LocalLists Lists => new(_manifest, _chain);

    /// <summary>All blobs the entry needs: chunks, lists, values of attributes.</summary>
    public readonly LocalBlobs Blobs => new(Record, Lists);

    internal static LocalEntry Read(LocalManifest manifest, ReadOnlySpan<byte> entry)
    {
        var local = new LocalEntry(manifest, entry);
        var reader = new PieceReader(local._raw);
        EntryRecord.Read(ref reader, manifest.Owners.Count, ref local.Record);
        Invariant.That(reader.IsAtEnd);
        return local;
    }

    /// <summary>
    /// Whether that entry of the walk needs no reading: same kind, size, times, and file; same target or device. A torn
    /// copy is never good enough.
    /// </summary>
    public readonly bool HasContentOf(Entry entry, ChangeRules rules) =>
        Record.Kind == entry.Kind
        && Record.Size == entry.Size
        && Record.Modified == entry.Modified
        && (Record.Marks & EntryMarks.Torn) == 0
        && (!rules.ByChangeTime || Stamp.Changed == entry.Stamp.Changed)
        && (!rules.ByInode || (Stamp.Inode == entry.Stamp.Inode && Stamp.Device == entry.Stamp.Device))
        && Record.DeviceMajor == entry.DeviceMajor
        && Record.DeviceMinor == entry.DeviceMinor
        && Record.LinkTarget.SequenceEqual(entry.LinkTarget.Span);

    /// <summary>
    /// Whether the record says of the entry what would be written now, content aside. Values of attributes in blobs are
    /// told by their ids.
    /// </summary>
    public readonly bool HasMetadataOf(Entry entry, BlobIdHasher hasher) =>
        Record.Mode == entry.Mode
        && Record.Marks == entry.Marks
        && Record.HardLinkGroup == entry.HardLinkGroup
        && Record.InodeFlags == entry.InodeFlags
        && (Record.Born ?? default) == (entry.Born ?? default)
        && Owner.Equals(entry.Owner)
        && Record.RestoreThrough.SequenceEqual(Encoding.UTF8.GetBytes(entry.RestoreThrough))
        && HasAttributesOf(entry, hasher);

    public readonly FileContent ReadContent() => EntryCodec.ContentOf(Record);

    /// <summary>A copy that lives on: for what is kept though it vanished.</summary>
    public readonly Entry ToEntry()
    {
        var memory = _raw.ToArray();
        var reader = new PieceReader(memory);
        var record = default(EntryRecord);
        EntryRecord.Read(ref reader, _manifest.Owners.Count, ref record);
        return EntryCodec.ToEntry(record, memory, Owner, Stamp);
    }

    readonly bool HasAttributesOf(Entry entry, BlobIdHasher hasher)
    {
        if (Record.AttributeCount != entry.Attributes.Count)
            return false;
        var reader = new PieceReader(Record.Attributes);
        var row = default(AttributeCodec.Row);
        for (var i = 0; i < Record.AttributeCount; i++)
        {
            AttributeCodec.Read(ref reader, ref row);
            var attribute = entry.Attributes[i];
            if (!row.Name.SequenceEqual(attribute.Name.Span) || !HasValueOf(row, attribute, hasher))
                return false;
        }
        return true;
    }

    static bool HasValueOf(scoped in AttributeCodec.Row row, ExtendedAttribute attribute, BlobIdHasher hasher)
    {
        if (row.StoredValue is not { } stored)
            return attribute.StoredValue is null && row.Value.SequenceEqual(attribute.Value.Span);
        return attribute.StoredValue is { } value
            ? value == stored
            : attribute.Value.Length == stored.Length
                && hasher.Hash((byte)BlobKind.Chunk, attribute.Value.Span) == stored.Blob;
    }
}
