using Cairn.Engine.Packs;

namespace Cairn.Engine.Formats;

/// <summary>How the parts of a pack follow each other (docs/format.md, section 7).</summary>
public static class PackLayout
{
    public const int ContentHashSize = 32;
    public const int SignatureSize = 64;
    public const int SmallestPack = 4096;
    public const int TrailerSize = ContentHashSize + SignatureSize + sizeof(uint) + 4;

    public static ReadOnlySpan<byte> TrailerMagic => "CRNp"u8;

    /// <summary>Bytes of the blobs, which lie back to back.</summary>
    public static long BlobBytes(ReadOnlySpan<PackRow> rows)
    {
        long sum = 0;
        foreach (ref readonly var row in rows)
            sum += row.StoredLength;
        return sum;
    }

    /// <summary>A table that claims more than its pack can hold would send readers outside of it.</summary>
    public static void RequireBlobsFit(PackTable table)
    {
        if (table.BlobsOffset + BlobBytes(table.Rows) + TrailerSize > table.PackSize)
            throw new FormatViolationException(FailureKind.Framing,
                "a table that claims more blobs than its pack can hold");
    }
}
