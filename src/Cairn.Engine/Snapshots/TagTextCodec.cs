using System.Buffers.Binary;
using System.Text;
using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Records;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Snapshots;

/// <summary>Tags as snapshots and later records have them: a sorted set of texts, in the records sealed to the restore
/// key, because who maintains reads no names (docs/format.md, TagList).</summary>
static class TagTextCodec
{
    public const int TagsMax = 1024;
    public const int TextMax = 65_535;
    const int LengthSize = sizeof(uint);

    // Not as UTF-16, which only some languages compare by: the order is that of the encoded bytes.
    static readonly Comparer<string> Utf8Order = Comparer<string>.Create(
        (left, right) => Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right)));

    /// <summary>Each once, ascending.</summary>
    public static IEnumerable<string> Sort(IEnumerable<string> tags) =>
        tags.Distinct(StringComparer.Ordinal).Order(Utf8Order);

    public static void Require(IReadOnlyList<string> tags)
    {
        if (tags.Count > TagsMax)
            throw Violation("too many tags");
        if (tags.Any(tag => tag.Length > TextMax))
            throw Violation("too long a text");
        for (var i = 1; i < tags.Count; i++)
        {
            if (Utf8Order.Compare(tags[i - 1], tags[i]) >= 0)
                throw Violation("tags that do not ascend");
        }
    }

    /// <summary>Null if they are more than a record takes.</summary>
    public static byte[]? Seal(IEnumerable<string> tags, SealingPublicKey restoreKey, IRandomSource random)
    {
        var record = new TagTexts { Tags = { Sort(tags) } };
        var body = StrictRecord.Encode(record);
        var unpadded = LengthSize + body.Length + SealedBox.Overhead;
        var length = (unpadded + Limits.SealedTagsUnit - 1) / Limits.SealedTagsUnit * Limits.SealedTagsUnit;
        if (record.Tags.Count > TagsMax || length > Limits.SealedTagsMax)
            return null;
        var (plain, box) = (new byte[length - SealedBox.Overhead], new byte[length]);
        BinaryPrimitives.WriteUInt32LittleEndian(plain, (uint)body.Length);
        body.CopyTo(plain.AsSpan(LengthSize));
        var isSealed = SealedBox.TrySeal(restoreKey, plain, box, random);
        Invariant.That(isSealed);
        return box;
    }

    public static IReadOnlyList<string> Open(ReadOnlySpan<byte> box, SealingKey restoreKey)
    {
        var plain = new byte[Math.Max(box.Length - SealedBox.Overhead, 0)];
        return SealedBox.TryOpen(restoreKey, box, plain)
            ? Decode(plain)
            : throw new FormatViolationException(FailureKind.Authentication, "its box of tags does not open");
    }

    /// <summary>What stands in an opened box.</summary>
    public static IReadOnlyList<string> Decode(ReadOnlySpan<byte> plain)
    {
        if (plain.Length < LengthSize)
            throw Violation("too short a list of tags");
        var length = BinaryPrimitives.ReadUInt32LittleEndian(plain);
        if (length > plain.Length - LengthSize)
            throw Violation("a list of tags that is longer than its box");
        var body = plain.Slice(LengthSize, (int)length);
        var zeros = plain[(LengthSize + body.Length)..];
        if (zeros.Length >= Limits.SealedTagsUnit || zeros.ContainsAnyExcept((byte)0))
            throw Violation("tags with more behind them than padding");
        var record = StrictRecord.Decode(body, TagTexts.Parser);
        Require(record.Tags);
        return [.. record.Tags];
    }

    static FormatViolationException Violation(string what) => new(FailureKind.Framing, $"its record has {what}");
}
