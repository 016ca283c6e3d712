using Cairn.App.Text;

namespace Cairn.App.Snapshots;

/// <summary>Which snapshot is meant.</summary>
public abstract record SnapshotSelector
{
    SnapshotSelector() { }

    /// <summary>The newest of a host that has the path.</summary>
    public sealed record Latest : SnapshotSelector;

    /// <param name="Text">An id, or the beginning of one.</param>
    public sealed record ById(string Text) : SnapshotSelector;

    /// <summary>The newest of a host that is not younger, and has the path.</summary>
    public sealed record AsOf(DateTimeOffset Time, string Text) : SnapshotSelector;
}

/// <summary><c>SNAPSHOT[:PATH]</c> as the user wrote it.</summary>
/// <param name="Path">Inside the snapshot: no leading slash; empty for everything.</param>
public sealed record SnapshotReference(SnapshotSelector Selector, ReadOnlyMemory<byte> Path)
{
    public const int PrefixLengthMin = 4;

    const string Forms =
        "a snapshot is \"latest\", an id or at least 4 digits of one, or @TIME as in @2026-01-31 or @3D";

    public static SnapshotReference Parse(string text, TimeProvider time)
    {
        if (text.StartsWith('@'))
            return ParseTime(text, time);
        var colon = text.IndexOf(':');
        var name = colon < 0 ? text : text[..colon];
        return new SnapshotReference(ParseName(name), ToPath(colon < 0 ? "" : text[(colon + 1)..]));
    }

    /// <summary>An id or the beginning of one, where nothing else will do.</summary>
    internal static string RequireId(string text) =>
        text.Length >= PrefixLengthMin && text.All(char.IsAsciiHexDigit)
            ? text.ToLowerInvariant()
            : throw new UsageException($"\"{text}\" is no id of a snapshot", "see: cairn snapshots");

    // Times have colons themselves: the longest beginning that is a time, so @2026-01-31T07:00:db means a stream.
    static SnapshotReference ParseTime(string text, TimeProvider time)
    {
        for (var end = text.Length; end > 1; end = text.LastIndexOf(':', end - 1))
        {
            if (TimeExpression.TryParse(text[1..end], time) is { } parsed)
            {
                return new SnapshotReference(
                    new SnapshotSelector.AsOf(parsed, text[1..end]),
                    ToPath(end < text.Length ? text[(end + 1)..] : ""));
            }
        }
        throw new UsageException(
            $"\"{text[1..]}\" is no time",
            "times are like 2026-01-31, 2026-01-31T07:00:00+02:00, now, or 3D2h for that long ago");
    }

    static SnapshotSelector ParseName(string name)
    {
        if (name == "latest")
            return new SnapshotSelector.Latest();
        if (name.Length < PrefixLengthMin || name.Any(letter => !char.IsAsciiHexDigit(letter)))
            throw new UsageException($"\"{name}\" names no snapshot", Forms);
        return new SnapshotSelector.ById(name.ToLowerInvariant());
    }

    static byte[] ToPath(string text) => PathBytes.MakeInner(ByteText.ToBytes(text));
}
