using Cairn.Engine.Primitives;
using Google.Protobuf.Reflection;

namespace Cairn.Engine.Formats.Records;

/// <summary>
/// Sees that every length in a record of Protocol Buffers fits into what is there, before the library reads it: some
/// lengths around 2^31 make that go backwards, read the same bytes again and again, and allocate for each time.
/// </summary>
static class WireForm
{
    const int DepthMax = 8;
    const int FieldShift = 3;
    const ulong TypeMask = 7;
    const ulong VarintType = 0;
    const ulong LengthType = 2;

    public static void Require(ReadOnlySpan<byte> bytes, MessageDescriptor definition, int depth = 0)
    {
        if (depth > DepthMax)
            throw Violation("it is nested too deeply");
        var reader = new ByteReader(bytes);
        while (reader.Remaining > 0)
        {
            var tag = reader.VarintAtMost(uint.MaxValue);
            switch (tag & TypeMask)
            {
                case VarintType:
                    reader.VarintAtMost(ulong.MaxValue);
                    break;
                case LengthType:
                    var content = reader.Bytes((int)reader.VarintAtMost((ulong)reader.Remaining));
                    // Of a newer kind of record nothing is known, and the library does not look into it either.
                    var field = definition.FindFieldByNumber((int)(tag >> FieldShift));
                    if (field is { FieldType: FieldType.Message })
                        Require(content, field.MessageType, depth + 1);
                    break;
                default:
                    throw Violation("it has a field of a type that no record has");
            }
        }
    }

    static FormatViolationException Violation(string what) =>
        new(FailureKind.Framing, $"its record is malformed: {what}");
}
