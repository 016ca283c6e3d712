using System.Text;

namespace Cairn.Engine.Entries;

/// <summary>What a stream is, in words, as its entry has it (docs/format.md, section 10).</summary>
public static class StreamDescription
{
    public const int BytesMax = 4096;

    static ReadOnlySpan<byte> AttributeName => "cairn.description"u8;

    /// <summary>Empty if there is none. Whoever wrote it may have written anything.</summary>
    public static string Of(Entry entry)
    {
        foreach (var attribute in entry.Attributes)
        {
            if (attribute.Name.Span.SequenceEqual(AttributeName) && attribute.StoredValue is null)
                return Encoding.UTF8.GetString(attribute.Value.Span);
        }
        return "";
    }

    /// <param name="text">At most <see cref="BytesMax"/> bytes of UTF-8.</param>
    public static void Set(Entry entry, string text)
    {
        if (text.Length > 0)
            entry.Attributes =
                [new ExtendedAttribute(AttributeName.ToArray(), Encoding.UTF8.GetBytes(text))];
    }
}
