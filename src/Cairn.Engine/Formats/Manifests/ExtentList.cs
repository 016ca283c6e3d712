using Cairn.Engine.Entries;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Formats.Manifests;

/// <summary>A blob that lists extents of a large file, or lists of them.</summary>
public static class ExtentList
{
    public static void Encode(PieceWriter list, int level, ReadOnlySpan<Extent> extents)
    {
        Invariant.That(level is >= 0 and < ManifestLimits.Levels);
        Invariant.That(extents.Length is > 0 and <= ManifestLimits.ListExtents);
        list.Byte((byte)level);
        list.Varint((ulong)extents.Length);
        foreach (ref readonly var extent in extents)
        {
            Invariant.That(level == 0 || !extent.IsHole);
            ExtentCodec.Write(list, extent);
        }
    }

    public static Extent[] Decode(ReadOnlySpan<byte> list, int level)
    {
        var reader = new PieceReader(list);
        if (reader.Byte("level of an extent list") != level)
            PieceReader.Refuse("an extent list is not of the level it should be");
        var extents = new Extent[reader.Count(ManifestLimits.ListExtents, ExtentCodec.BytesMin, "count of extents")];
        if (extents.Length == 0)
            PieceReader.Refuse("an extent list is empty");
        var total = 0L;
        for (var i = 0; i < extents.Length; i++)
        {
            extents[i] = ExtentCodec.Read(ref reader, level);
            total += extents[i].Length;
            if (total > ManifestLimits.FileBytes)
                PieceReader.Refuse("extents are longer than a file may be");
        }
        if (!reader.IsAtEnd)
            PieceReader.Refuse("bytes are left over behind an extent list");
        return extents;
    }

    /// <summary>The extents of a list of level 0, to be read one by one; none of a higher one.</summary>
    internal static PieceReader ChunksOf(ReadOnlySpan<byte> list)
    {
        var reader = new PieceReader(list);
        if (reader.Byte("level of an extent list") != 0)
            return default;
        reader.Count(ManifestLimits.ListExtents, ExtentCodec.BytesMin, "count of extents");
        return reader;
    }
}
