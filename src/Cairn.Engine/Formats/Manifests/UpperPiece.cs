using Cairn.Engine.Primitives;

namespace Cairn.Engine.Formats.Manifests;

/// <summary>Where an entry stands in a manifest: class, path of its directory, name.</summary>
public readonly record struct ManifestKey(byte Class, ReadOnlyMemory<byte> Path, ReadOnlyMemory<byte> Name)
    : IComparable<ManifestKey>
{
    public int CompareTo(ManifestKey other) => CompareTo(other.Class, other.Path.Span, other.Name.Span);

    public int CompareTo(byte @class, ReadOnlySpan<byte> path, ReadOnlySpan<byte> name)
    {
        var byBlock = ManifestOrder.CompareBlocks(Class, Path.Span, @class, path);
        return byBlock != 0 ? byBlock : Name.Span.SequenceCompareTo(name);
    }
}

/// <param name="First">The first entry below.</param>
/// <param name="Entries">How many entries lie below.</param>
/// <param name="ContentBytes">Bytes of the files and streams below; sums stop at 2^64 − 1.</param>
public readonly record struct UpperRow(ManifestKey First, BlobId Id, ulong Entries, ulong ContentBytes);

/// <summary>A piece that lists pieces of the level below.</summary>
public static class UpperPiece
{
    /// <summary>The smallest row: class, empty path, a name of one byte, id, two counts.</summary>
    const int RowBytesMin = 1 + 1 + 2 + BlobId.Size + 1 + 1;

    public static void Write(PieceWriter writer, in UpperRow row)
    {
        Invariant.That(EntryNames.IsValidBlock(row.First.Class, row.First.Path.Span));
        Invariant.That(EntryNames.IsValidName(row.First.Name.Span));
        Invariant.That(row.Entries > 0);
        writer.Byte(row.First.Class);
        writer.Bytes(row.First.Path.Span);
        writer.Bytes(row.First.Name.Span);
        writer.Id(row.Id);
        writer.Varint(row.Entries);
        writer.Varint(row.ContentBytes);
    }

    /// <summary>The whole piece of rows that <see cref="Write"/> wrote.</summary>
    public static void Frame(PieceWriter piece, int level, int count, ReadOnlySpan<byte> rows)
    {
        Invariant.That(level is > 0 and < ManifestLimits.Levels);
        Invariant.That(count is > 0 and <= ManifestLimits.UpperRows);
        piece.Byte((byte)level);
        piece.Varint((ulong)count);
        piece.Raw(rows);
        Invariant.That(piece.Length <= ManifestLimits.PieceBytes);
    }

    /// <summary>The rows share the piece's memory.</summary>
    public static UpperRow[] Decode(ReadOnlyMemory<byte> piece, int level)
    {
        if (piece.Length > ManifestLimits.PieceBytes)
            PieceReader.Refuse("a piece is longer than a blob may be");
        var reader = new PieceReader(piece.Span);
        if (reader.Byte("level of a piece") != level)
            PieceReader.Refuse("a piece is not of the level it should be");
        var rows = new UpperRow[reader.Count(ManifestLimits.UpperRows, RowBytesMin, "count of rows")];
        if (rows.Length == 0)
            PieceReader.Refuse("an upper piece has no rows");
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = ReadRow(ref reader, piece);
            if (i > 0 && rows[i - 1].First.CompareTo(rows[i].First) >= 0)
                PieceReader.Refuse("the rows of a piece are not in order");
        }
        if (!reader.IsAtEnd)
            PieceReader.Refuse("bytes are left over behind the rows of a piece");
        return rows;
    }

    static UpperRow ReadRow(ref PieceReader reader, ReadOnlyMemory<byte> piece)
    {
        var @class = reader.Byte("class of a row");
        var path = reader.Bytes(ManifestLimits.PathBytes, "path of a row");
        if (!EntryNames.IsValidBlock(@class, path))
            PieceReader.Refuse("there can be no block of a row's class and path");
        var name = reader.Bytes(ManifestLimits.NameBytes, "name of a row");
        if (!EntryNames.IsValidName(name))
            PieceReader.Refuse("the name of a row is none");
        var key = new ManifestKey(@class, EntryCodec.MemoryOf(path, piece), EntryCodec.MemoryOf(name, piece));
        var row = new UpperRow(
            key, reader.Id("id of a row"), reader.Varint("entries of a row"), reader.Varint("bytes of a row"));
        if (row.Entries == 0)
            PieceReader.Refuse("a row has no entries");
        return row;
    }
}
