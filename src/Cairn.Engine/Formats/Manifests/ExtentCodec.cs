using Cairn.Engine.Entries;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Formats.Manifests;

/// <summary>The rows that entries and extent lists share: <c>varint (length · 2 + hole) ‖ id</c>.</summary>
static class ExtentCodec
{
    /// <summary>The smallest extent: a short hole.</summary>
    public const int BytesMin = 1;

    public static void Write(PieceWriter writer, in Extent extent)
    {
        Invariant.That(extent.Length is > 0 and <= ManifestLimits.FileBytes);
        writer.Varint((ulong)extent.Length << 1 | (extent.IsHole ? 1u : 0u));
        if (extent.Blob is { } id)
            writer.Id(id);
    }

    /// <param name="level">0 if the extent names a chunk, else it names a list.</param>
    public static Extent Read(ref PieceReader reader, int level)
    {
        var length = ReadLength(ref reader, level, out var isHole);
        return new Extent(length, isHole ? null : reader.Id("id of an extent"));
    }

    /// <summary>Checks that many extents without making anything of them, and sums up their lengths.</summary>
    public static long Skip(ref PieceReader reader, int count, int level)
    {
        var total = 0L;
        for (var i = 0; i < count; i++)
        {
            // Both are below 2^62, so the sum cannot overflow before it is compared.
            total += ReadLength(ref reader, level, out var isHole);
            if (total > ManifestLimits.FileBytes)
                PieceReader.Refuse("extents are longer than a file may be");
            if (!isHole)
                reader.Take(BlobId.Size, "id of an extent");
        }
        return total;
    }

    static long ReadLength(ref PieceReader reader, int level, out bool isHole)
    {
        var value = reader.Varint(((ulong)ManifestLimits.FileBytes << 1) | 1, "length of an extent");
        var length = (long)(value >> 1);
        isHole = (value & 1) != 0;
        if (length == 0)
            PieceReader.Refuse("an extent is empty");
        if (level > 0 && isHole)
            PieceReader.Refuse("a hole stands where a list belongs");
        if (level == 0 && !isHole && length > ManifestLimits.ChunkBytes)
            PieceReader.Refuse("a chunk is longer than a blob may be");
        return length;
    }
}
