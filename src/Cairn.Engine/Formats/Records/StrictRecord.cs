using Google.Protobuf;

namespace Cairn.Engine.Formats.Records;

/// <summary>
/// Protocol Buffers, canonically: the library alone accepts fields out of order, twice, or unknown, and so many
/// encodings of
/// one record. Decoding, encoding again and comparing leaves one.
/// </summary>
static class StrictRecord
{
    public static byte[] Encode(IMessage record) => record.ToByteArray();

    /// <param name="requireKnown">
    /// Refuses a kind of record that is not known, before the form is looked at: a newer kind may have fields of its
    /// own.
    /// </param>
    public static T Decode<T>(ReadOnlySpan<byte> bytes, MessageParser<T> parser, Action<T>? requireKnown = null)
        where T : IMessage<T>, new()
    {
        WireForm.Require(bytes, new T().Descriptor);
        T record;
        try
        {
            // Unknown fields that were kept would be written again, and so pass the comparison.
            record = parser.WithDiscardUnknownFields(discardUnknownFields: true).ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new FormatViolationException(FailureKind.Framing, $"its record is malformed: {e.Message}");
        }
        requireKnown?.Invoke(record);
        // The size is compared first: it costs no memory.
        if (record.CalculateSize() != bytes.Length || !record.ToByteArray().AsSpan().SequenceEqual(bytes))
            throw new FormatViolationException(FailureKind.Framing, "its record is not in canonical form");
        return record;
    }

    public static void RequireLength(ByteString field, int length, string name)
    {
        if (field.Length != length)
            throw new FormatViolationException(FailureKind.Framing,
                $"its field {name} has {field.Length} bytes, not {length}");
    }

    /// <summary>Ascending and of equal length: so that a set has one encoding.</summary>
    public static void RequireAscending(IReadOnlyList<ByteString> list, int length, string name)
    {
        for (var i = 0; i < list.Count; i++)
        {
            RequireLength(list[i], length, name);
            if (i > 0 && list[i - 1].Span.SequenceCompareTo(list[i].Span) >= 0)
                throw new FormatViolationException(FailureKind.Framing, $"its list {name} does not ascend");
        }
    }
}
