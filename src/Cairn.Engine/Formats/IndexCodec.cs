using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Formats;

/// <summary>The body of an index object: what several packs say of themselves (docs/format.md, section 8).</summary>
public static class IndexCodec
{
    const int SmallestPack = ObjectHash.Size + 1 + 4 + 2 + PackHeader.KeySize + 2 + SignerId.Size + 4;

    public static byte[] Encode(IEnumerable<PackTable> tables)
    {
        var sorted = tables.OrderBy(table => table.Name).ToArray();
        Invariant.That(sorted.Length <= Limits.IndexPacks);
        var writer = new ByteWriter(64 << 10);
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
        return writer.ToArray();
    }

    public static PackTable[] Decode(ReadOnlySpan<byte> body)
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
        reader.RequireEnd();
        return tables;
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
