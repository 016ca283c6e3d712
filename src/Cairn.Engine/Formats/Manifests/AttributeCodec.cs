using Cairn.Engine.Entries;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Formats.Manifests;

/// <summary>Extended attributes of an entry: values inline, or in a chunk blob of their own.</summary>
static class AttributeCodec
{
    /// <summary>The smallest: a name of one byte, the sort of value, an empty value.</summary>
    public const int BytesMin = 4;

    const byte Inline = 0;
    const byte Stored = 1;

    public static void Write(PieceWriter writer, IReadOnlyList<ExtendedAttribute> attributes)
    {
        Invariant.That(attributes.Count <= ManifestLimits.Attributes);
        writer.Varint((ulong)attributes.Count);
        var former = default(ReadOnlySpan<byte>);
        foreach (var attribute in attributes)
        {
            var name = attribute.Name.Span;
            Invariant.That(IsValidName(name) && former.SequenceCompareTo(name) < 0);
            former = name;
            writer.Bytes(name);
            if (attribute.StoredValue is { } stored)
            {
                Invariant.That(!stored.IsHole && stored.Length is > 0 and <= ManifestLimits.ChunkBytes);
                writer.Varint(Stored);
                writer.Varint((ulong)stored.Length);
                writer.Id(stored.Blob!.Value);
                continue;
            }
            Invariant.That(attribute.Value.Length <= ManifestLimits.AttributeValueBytes);
            writer.Varint(Inline);
            writer.Bytes(attribute.Value.Span);
        }
    }

    /// <summary>Checks that many attributes without making anything of them.</summary>
    public static void Skip(scoped ref PieceReader reader, int count)
    {
        var former = default(ReadOnlySpan<byte>);
        var row = default(Row);
        for (var i = 0; i < count; i++)
        {
            Read(ref reader, ref row);
            if (former.SequenceCompareTo(row.Name) >= 0)
                PieceReader.Refuse("the attributes of an entry are not in order");
            former = row.Name;
        }
    }

    public static void Read(scoped ref PieceReader reader, scoped ref Row row)
    {
        row = default;
        row.Name = reader.Bytes(ManifestLimits.AttributeNameBytes, "name of an attribute");
        if (!IsValidName(row.Name))
            PieceReader.Refuse("the name of an attribute is none");
        if (reader.Varint(Stored, "sort of an attribute's value") == Inline)
        {
            row.Value = reader.Bytes(ManifestLimits.AttributeValueBytes, "value of an attribute");
            return;
        }
        var length = (long)reader.Varint(ManifestLimits.ChunkBytes, "length of an attribute's value");
        if (length == 0)
            PieceReader.Refuse("an empty value of an attribute has no blob");
        row.StoredValue = new Extent(length, reader.Id("id of an attribute's value"));
    }

    static bool IsValidName(ReadOnlySpan<byte> name) =>
        name.Length is > 0 and <= ManifestLimits.AttributeNameBytes && !name.Contains((byte)0);

    public ref struct Row
    {
        public ReadOnlySpan<byte> Name;
        public ReadOnlySpan<byte> Value;
        public Extent? StoredValue;
    }
}
