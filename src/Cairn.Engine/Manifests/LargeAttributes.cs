using Cairn.Engine.Entries;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Packs;

namespace Cairn.Engine.Manifests;

/// <summary>Moves values of attributes that would make a manifest heavy into blobs of their own.</summary>
public static class LargeAttributes
{
    public const int InlineValueMax = 2048;

    /// <summary>
    /// Inline values of one entry together; behind that everything that is longer than an id is moved.
    /// </summary>
    public const int InlineTotalMax = 64 << 10;

    const int SmallValue = 64;

    public static void Move(Entry entry, IBlobSink sink)
    {
        if (entry.Attributes.Count == 0 || entry.Attributes.Sum(a => (long)a.Value.Length) <= InlineValueMax)
            return;
        var total = 0;
        entry.Attributes = [.. entry.Attributes.Select(attribute => MoveOne(attribute, sink, ref total))];
    }

    static ExtendedAttribute MoveOne(ExtendedAttribute attribute, IBlobSink sink, ref int total)
    {
        var length = attribute.Value.Length;
        var max = total + length <= InlineTotalMax ? InlineValueMax : SmallValue;
        if (length <= max || length > ManifestLimits.ChunkBytes)
        {
            total += length;
            return attribute;
        }
        var id = sink.Put(BlobKind.Chunk, attribute.Value.Span);
        return new ExtendedAttribute(attribute.Name, default) { StoredValue = new Extent(length, id) };
    }
}
