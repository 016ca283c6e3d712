using System.Security.Cryptography;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Formats;

/// <param name="Tables">What packs say of themselves.</param>
/// <param name="Contained">Other index objects, as they lie in the store: whoever has this one needs none of
/// them.</param>
public sealed record IndexBody(PackTable[] Tables, ReadOnlyMemory<byte>[] Contained);

/// <summary>The body of an index object: what several packs say of themselves (docs/format.md, section 8).</summary>
public static class IndexCodec
{
    const int SmallestObject = ObjectHeader.Size + Ulid.Size;
    const int SmallestPack = ObjectHash.Size + 1 + 4 + 2 + PackHeader.KeySize + 2 + SignerId.Size + 4;

    public static byte[] Encode(IEnumerable<PackTable> tables) => Write(tables).ToArray();

    /// <summary>As <see cref="Write(IndexBody)"/>, with no other objects in it.</summary>
    public static ByteWriter Write(IEnumerable<PackTable> tables) => Write(new IndexBody([.. tables], []));

    public static byte[] Encode(IndexBody body) => Write(body).ToArray();

    /// <summary>As <see cref="Encode(IndexBody)"/>, in the memory it was written to: there may be megabytes.</summary>
    public static ByteWriter Write(IndexBody body)
    {
        var sorted = body.Tables.OrderBy(table => table.Name).ToArray();
        Invariant.That(sorted.Length <= Limits.IndexPacks);
        // Grown by doubling, it would be in memory twice more.
        var writer = new ByteWriter(
            sorted.Sum(table => SmallestPack + table.Rows.Length * PackTableCodec.UsualRow) + sizeof(uint)
            + body.Contained.Sum(stored => sizeof(uint) + stored.Length) + sizeof(uint));
        writer.U32((uint)sorted.Length);
        foreach (var table in sorted)
        {
            writer.Bytes(table.Name.AsSpan());
            writer.U8((byte)table.Kind);
            writer.U32((uint)table.PackSize);
            writer.U16((ushort)table.Keys.Count);
            foreach (var key in table.Keys)
                PackHeader.WriteKey(writer, key);
            PackTableCodec.Write(writer, table.Authors, table.Rows);
        }
        WriteContained(writer, body.Contained);
        return writer;
    }

    public static IndexBody Decode(ReadOnlySpan<byte> body)
    {
        var reader = new ByteReader(body);
        var count = reader.U32();
        if (count > Limits.IndexPacks || count > reader.Remaining / SmallestPack)
            throw new FormatViolationException(FailureKind.Framing, $"{count} packs in an index that cannot hold them");
        var tables = new PackTable[count];
        for (var i = 0; i < tables.Length; i++)
        {
            tables[i] = ReadPack(ref reader);
            if (i > 0 && tables[i - 1].Name.CompareTo(tables[i].Name) >= 0)
                throw new FormatViolationException(FailureKind.Framing, "packs that do not ascend");
        }
        var contained = reader.Remaining == 0 ? [] : ReadContained(ref reader);
        reader.RequireEnd();
        return new IndexBody(tables, contained);
    }

    // A number of none is not written: so there is one body for what it says.
    static void WriteContained(ByteWriter writer, ReadOnlyMemory<byte>[] contained)
    {
        if (contained.Length == 0)
            return;
        writer.U32((uint)contained.Length);
        foreach (var stored in contained.OrderBy(NameOf))
        {
            writer.U32((uint)stored.Length);
            writer.Bytes(stored.Span);
        }
    }

    static ReadOnlyMemory<byte>[] ReadContained(ref ByteReader reader)
    {
        var count = reader.U32();
        if (count == 0 || count > reader.Remaining / (sizeof(uint) + SmallestObject))
            throw new FormatViolationException(
                FailureKind.Framing, $"{count} contained objects in an index that cannot hold them");
        var contained = new ReadOnlyMemory<byte>[count];
        DatedName? previous = null;
        for (var i = 0; i < contained.Length; i++)
        {
            var length = reader.U32();
            if (length < SmallestObject || length > reader.Remaining)
                throw new FormatViolationException(FailureKind.Framing, $"a contained object of {length} bytes");
            contained[i] = reader.Bytes((int)length).ToArray();
            var name = NameOf(contained[i]);
            if (previous is { } before && before.CompareTo(name) >= 0)
                throw new FormatViolationException(FailureKind.Framing, "contained objects that do not ascend");
            previous = name;
        }
        return contained;
    }

    /// <summary>The name under which the store has, or had, a contained object.</summary>
    public static DatedName NameOf(ReadOnlyMemory<byte> stored)
    {
        Span<byte> hash = stackalloc byte[ObjectHash.Size];
        SHA256.HashData(stored.Span, hash);
        return new DatedName(new Ulid(stored.Span.Slice(ObjectHeader.Size, Ulid.Size)), new ObjectHash(hash));
    }

    static PackTable ReadPack(ref ByteReader reader)
    {
        var name = new ObjectHash(reader.Bytes(ObjectHash.Size));
        var kind = PackHeader.ReadKind(reader.U8());
        var size = reader.U32();
        if (size > Limits.PackBytes)
            throw new FormatViolationException(FailureKind.Framing, $"a pack of {size} bytes");
        var keyCount = PackHeader.RequireKeyCount(reader.U16());
        var keys = new SealedPackKey[keyCount];
        for (var i = 0; i < keys.Length; i++)
            keys[i] = PackHeader.ReadKey(ref reader);
        var (authors, rows) = PackTableCodec.Read(ref reader, kind, keyCount);
        var table = new PackTable
        {
            Name = name, Kind = kind, PackSize = (int)size, Keys = keys, Authors = authors, Rows = rows,
            BlobsOffset = PackHeader.SizeWithKeys(keyCount),
        };
        PackLayout.RequireBlobsFit(table);
        return table;
    }
}
