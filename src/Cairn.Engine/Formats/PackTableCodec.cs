using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Formats;

/// <summary>
/// The text of a pack's table: authors and rows (docs/format.md, section 7), as it stands encrypted in the pack and
/// again in index objects.
/// </summary>
public static class PackTableCodec
{
    const int KindMask = 0b11;
    const int CodecShift = 2;
    const int CodecMask = 0b111;
    const int ReservedMask = 0b0110_0000;
    const int ExplicitFlag = 0b1000_0000;
    const int SmallestRow = BlobId.Size + 2;
    public const int TagSize = 16;

    /// <summary>Nearly all rows are shorter, by little: for whoever sets memory aside.</summary>
    public const int UsualRow = 40;

    public static void Write(ByteWriter writer, IReadOnlyList<SignerId> authors, ReadOnlySpan<PackRow> rows)
    {
        Invariant.That(authors.Count is > 0 and <= Limits.PackAuthors);
        Invariant.That(rows.Length <= Limits.PackRows);
        writer.U16((ushort)authors.Count);
        foreach (var author in authors)
            writer.Bytes(author.Value);
        writer.U32((uint)rows.Length);
        for (var i = 0; i < rows.Length; i++)
            WriteRow(writer, in rows[i], i);
    }

    static void WriteRow(ByteWriter writer, in PackRow row, int number)
    {
        var isExplicit = IsExplicit(in row, number);
        writer.Bytes(row.Id.AsSpan());
        writer.U8((byte)((int)row.Kind | ((int)row.Codec << CodecShift) | (isExplicit ? ExplicitFlag : 0)));
        writer.Varint((ulong)row.StoredLength);
        if (row.Codec != Codec.Stored)
            writer.Varint((ulong)row.PlainLength);
        if (!isExplicit)
            return;
        writer.Varint(row.Key);
        writer.Varint(row.Ordinal);
        writer.Varint(row.Author);
    }

    static bool IsExplicit(in PackRow row, int number) =>
        row.Key != 0 || row.Author != 0 || row.Ordinal != (uint)number;

    public static (SignerId[] Authors, PackRow[] Rows) Read(ref ByteReader reader, PackKind kind, int keyCount)
    {
        var authors = ReadAuthors(ref reader);
        var count = reader.U32();
        if (count > Limits.PackRows || count > reader.Remaining / SmallestRow)
            throw Violation($"{count} rows in a table that cannot hold them");
        var rows = new PackRow[count];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = ReadRow(ref reader, kind, i, keyCount, authors.Length);
        RequireDistinctNonces(rows);
        return (authors, rows);
    }

    static SignerId[] ReadAuthors(ref ByteReader reader)
    {
        var count = reader.U16();
        if (count is 0 or > Limits.PackAuthors)
            throw Violation($"{count} authors of a pack");
        var authors = new SignerId[count];
        for (var i = 0; i < count; i++)
            authors[i] = new SignerId(reader.Bytes(SignerId.Size));
        if (count > 1 && authors.Distinct().Count() < count)
            throw Violation("an author of a pack stands twice");
        return authors;
    }

    static PackRow ReadRow(ref ByteReader reader, PackKind pack, int number, int keyCount, int authorCount)
    {
        var id = new BlobId(reader.Bytes(BlobId.Size));
        var flags = reader.U8();
        var kind = (BlobKind)(flags & KindMask);
        var codec = (Codec)((flags >> CodecShift) & CodecMask);
        if ((flags & ReservedMask) != 0 || kind > BlobKind.Manifest
            || (kind == BlobKind.Chunk) != (pack == PackKind.Data))
            throw Violation("a row whose flags do not fit its pack");
        if (codec > Codec.Zstd)
            throw new FormatViolationException(FailureKind.Unsupported,
                $"a blob uses codec {(int)codec}, which needs a newer version of Cairn");
        var stored = (int)reader.VarintAtMost(Limits.BlobPlainBytes + TagSize);
        if (stored < TagSize)
            throw Violation("a blob that is shorter than its tag");
        var plain = codec == Codec.Stored ? stored - TagSize : (int)reader.VarintAtMost(Limits.BlobPlainBytes);
        if ((flags & ExplicitFlag) == 0)
            return new PackRow(id, kind, codec, stored, plain, Key: 0, (uint)number, Author: 0);
        var key = (ushort)reader.VarintAtMost((ulong)keyCount - 1);
        var ordinal = (uint)reader.VarintAtMost(uint.MaxValue);
        var author = (ushort)reader.VarintAtMost((ulong)authorCount - 1);
        var row = new PackRow(id, kind, codec, stored, plain, key, ordinal, author);
        return IsExplicit(in row, number) ? row : throw Violation("an explicit row without need");
    }

    // The usual pack has one key and rows in order, which cannot repeat; only repacked ones need the set.
    static void RequireDistinctNonces(PackRow[] rows)
    {
        HashSet<(ushort, uint)>? seen = null;
        for (var i = 0; i < rows.Length; i++)
        {
            if (seen is null && rows[i].Key == 0 && rows[i].Ordinal == (uint)i)
                continue;
            seen ??= [.. rows.AsSpan(0, i).ToArray().Select(row => (row.Key, row.Ordinal))];
            if (!seen.Add((rows[i].Key, rows[i].Ordinal)))
                throw Violation("two rows with one key and ordinal");
        }
    }

    static FormatViolationException Violation(string what) => new(FailureKind.Framing, what);
}
