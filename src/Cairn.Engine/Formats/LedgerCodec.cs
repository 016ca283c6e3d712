using System.Buffers;
using System.Numerics;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Formats;

/// <summary>docs/format.md, section 9.</summary>
public static class LedgerCodec
{
    const byte BaseNone = 0;
    const byte PreviousNone = 0, PreviousKnown = 1, PreviousUnknown = 2;
    const int TagsMax = 1024;

    public static byte[] Encode(Ledger ledger)
    {
        var writer = new ByteWriter();
        writer.U8((byte)ledger.Kind);
        writer.I64(ledger.Time.ToUnixTimeMilliseconds());
        writer.Ulid(ledger.Session);
        writer.Bytes(ledger.Source.AsSpan());
        writer.U16((ushort)ledger.Tags.Count);
        foreach (var tag in ledger.Tags)
            writer.Bytes(tag.AsSpan());
        WritePrevious(writer, ledger.Previous);
        writer.U8(BaseNone);
        writer.U32((uint)ledger.Packs.Count);
        foreach (var pack in ledger.Packs)
        {
            writer.Bytes(pack.Prefix.Value);
            writer.Varint(pack.RowCount);
            writer.Bytes(pack.Bitmap.Span);
        }
        return writer.ToArray();
    }

    public static Ledger Decode(ReadOnlyMemory<byte> bytes)
    {
        var reader = new ByteReader(bytes.Span);
        var kind = reader.U8();
        if (kind is not ((byte)LedgerKind.Final or (byte)LedgerKind.Interim))
            throw Violation("a ledger of an unknown kind");
        var time = DateTimeOffset.FromUnixTimeMilliseconds(
            reader.I64InRange(TimeRange.MinMilliseconds, TimeRange.MaxMilliseconds));
        var session = new Ulid(reader.Bytes(Ulid.Size));
        var source = new ObjectHash(reader.Bytes(ObjectHash.Size));
        var tags = ReadTags(ref reader);
        var previous = ReadPrevious(ref reader);
        if (reader.U8() != BaseNone)
            throw new FormatViolationException(
                FailureKind.Unsupported, "a ledger with a base needs a newer version of Cairn");
        var packs = ReadPacks(ref reader, bytes);
        reader.RequireEnd();
        return new Ledger
        {
            Kind = (LedgerKind)kind, Time = time, Session = session, Source = source, Tags = tags, Previous = previous,
            Packs = packs,
        };
    }

    static void WritePrevious(ByteWriter writer, PreviousLedger previous)
    {
        writer.U8(previous.IsFirst ? PreviousNone : previous.Hash is null ? PreviousUnknown : PreviousKnown);
        if (previous.Hash is { } hash)
            writer.Bytes(hash.AsSpan());
    }

    static PreviousLedger ReadPrevious(ref ByteReader reader) => reader.U8() switch
    {
        PreviousNone => PreviousLedger.First,
        PreviousKnown => PreviousLedger.Known(new ObjectHash(reader.Bytes(ObjectHash.Size))),
        PreviousUnknown => PreviousLedger.Unknown,
        _ => throw Violation("an unknown kind of link to the previous ledger"),
    };

    static ObjectHash[] ReadTags(ref ByteReader reader)
    {
        var count = reader.U16();
        if (count > TagsMax)
            throw Violation($"{count} tags in a ledger");
        var tags = new ObjectHash[count];
        for (var i = 0; i < count; i++)
        {
            tags[i] = new ObjectHash(reader.Bytes(ObjectHash.Size));
            if (i > 0 && tags[i - 1].CompareTo(tags[i]) >= 0)
                throw Violation("tags that do not ascend");
        }
        return tags;
    }

    static LedgerPack[] ReadPacks(ref ByteReader reader, ReadOnlyMemory<byte> bytes)
    {
        var count = reader.U32();
        // Every pack takes at least its prefix and one byte: so the count is bounded by what is there.
        if (count > Limits.LedgerPacks || count > reader.Remaining / (PackPrefix.Size + 1))
            throw Violation($"{count} packs in a ledger that cannot hold them");
        var packs = new LedgerPack[count];
        for (var i = 0; i < packs.Length; i++)
        {
            var prefix = new PackPrefix(reader.Bytes(PackPrefix.Size));
            if (i > 0 && packs[i - 1].Prefix.CompareTo(prefix) >= 0)
                throw Violation("packs that do not ascend");
            var rows = reader.VarintAtMost(Limits.PackRows);
            var bitmapStart = reader.Position;
            var bitmap = reader.Bytes(((int)rows + 7) / 8);
            if (rows > 0)
                RequireCanonicalBitmap(bitmap, (int)rows);
            packs[i] = new LedgerPack(prefix, (uint)rows, bytes.Slice(bitmapStart, bitmap.Length));
        }
        return packs;
    }

    static void RequireCanonicalBitmap(ReadOnlySpan<byte> bitmap, int rows)
    {
        var set = 0;
        foreach (var part in bitmap)
            set += BitOperations.PopCount(part);
        if (set == 0 || set >= rows)
            throw Violation("a bitmap that names all rows, or none");
        if ((rows & 7) != 0 && bitmap[^1] >> (rows & 7) != 0)
            throw Violation("a bitmap with bits behind its rows");
    }

    static FormatViolationException Violation(string what) => new(FailureKind.Framing, what);
}
