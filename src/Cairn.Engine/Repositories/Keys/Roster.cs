using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Records;
using Cairn.Engine.Primitives;
using Google.Protobuf;

namespace Cairn.Engine.Repositories.Keys;

/// <summary>The signed list of key slots that count (docs/format.md, RosterRecord).</summary>
public sealed record Roster
{
    public required ulong Sequence { get; init; }
    public required ObjectHash? Previous { get; init; }
    public required DateTimeOffset Created { get; init; }

    /// <summary>Hashes of key slot objects.</summary>
    public required IReadOnlyList<ObjectHash> Slots { get; init; }

    public required IReadOnlyList<ObjectHash> Epochs { get; init; }

    public byte[] Encode()
    {
        var record = new RosterRecord
        {
            Sequence = Sequence, Previous = ToBytes(Previous), Created = Created.ToUnixTimeMilliseconds(),
        };
        record.Slots.AddRange(Slots.Order().Select(hash => ToBytes(hash)));
        record.Epochs.AddRange(Epochs.Select(hash => ToBytes(hash)));
        return StrictRecord.Encode(record);
    }

    public static Roster Decode(ReadOnlySpan<byte> body)
    {
        var record = StrictRecord.Decode(body, RosterRecord.Parser);
        StrictRecord.RequireAscending(record.Slots, ObjectHash.Size, "slots");
        foreach (var epoch in record.Epochs)
            StrictRecord.RequireLength(epoch, ObjectHash.Size, "epochs");
        if (record.Sequence == 0 || record.Slots.Count == 0 || (record.Sequence == 1) != record.Previous.IsEmpty)
            throw new FormatViolationException(FailureKind.Framing, "a roster without slots, or outside of its chain");
        if (!record.Previous.IsEmpty)
            StrictRecord.RequireLength(record.Previous, ObjectHash.Size, "previous");
        return new Roster
        {
            Sequence = record.Sequence,
            Previous = record.Previous.IsEmpty ? null : new ObjectHash(record.Previous.Span),
            Created = TimeRange.FromRecord(record.Created),
            Slots = [.. record.Slots.Select(slot => new ObjectHash(slot.Span))],
            Epochs = [.. record.Epochs.Select(epoch => new ObjectHash(epoch.Span))],
        };
    }

    internal static ByteString ToBytes(ObjectHash? hash) =>
        hash is { } known ? ByteString.CopyFrom(known.AsSpan()) : ByteString.Empty;
}
