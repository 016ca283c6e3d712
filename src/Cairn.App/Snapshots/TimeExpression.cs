using System.Globalization;
using System.Text.RegularExpressions;

namespace Cairn.App.Snapshots;

/// <summary>
/// Times as people write them: <c>now</c>; seconds since 1970; <c>2026-01-31T07:00:00+02:00</c> (without a zone:
/// local);
/// <c>20260131T070000Z</c>; an interval back from now like <c>3D2h5m</c>; dates (<c>2026-01-31</c>, <c>2026/01/31</c>,
/// <c>01/31/2026</c>, <c>01-31-2026</c>, <c>20260131Z</c>), which mean the local midnight that begins the day.
/// </summary>
public static partial class TimeExpression
{
    static readonly string[] DateFormats =
        ["yyyy-M-d", "yyyy/M/d", "M/d/yyyy", "M-d-yyyy", "yyyyMMdd'Z'"];

    static readonly string[] LocalFormats = ["yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm"];
    static readonly string[] ZonedFormats = ["yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mmzzz"];
    static readonly string[] UtcFormats = ["yyyyMMdd'T'HHmmss'Z'", "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm'Z'"];

    const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;

    /// <summary>Null if the text is no time.</summary>
    public static DateTimeOffset? TryParse(string text, TimeProvider time)
    {
        var culture = CultureInfo.InvariantCulture;
        if (text == "now")
            return time.GetUtcNow();
        if (text.Length > 0 && text.All(char.IsAsciiDigit))
            return FromEpoch(text);
        if (TryParseInterval(text) is { } interval)
            return Before(time.GetUtcNow(), interval);
        if (DateTimeOffset.TryParseExact(text, UtcFormats, culture, Utc, out var utc))
            return utc;
        if (DateTimeOffset.TryParseExact(text, ZonedFormats, culture, DateTimeStyles.None, out var zoned))
            return zoned;
        if (DateTime.TryParseExact(text, LocalFormats, culture, DateTimeStyles.None, out var local)
            || DateTime.TryParseExact(text, DateFormats, culture, DateTimeStyles.None, out local))
            return new DateTimeOffset(local, time.LocalTimeZone.GetUtcOffset(local));
        return null;
    }

    /// <summary>D is 86,400 seconds, W 7 D, M 30 D, Y 365 D; small s, m, h. Null if the text is no interval.</summary>
    public static TimeSpan? TryParseInterval(string text)
    {
        if (!IntervalPattern().IsMatch(text))
            return null;
        var seconds = 0m;
        foreach (Match part in PartPattern().Matches(text))
            seconds += decimal.Parse(part.ValueSpan[..^1], CultureInfo.InvariantCulture) * SecondsOf(
                part.ValueSpan[^1]);
        return seconds <= (decimal)TimeSpan.MaxValue.TotalSeconds - 1 ? TimeSpan.FromSeconds((double)seconds) : null;
    }

    static int SecondsOf(char unit) => unit switch
    {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'D' => 86_400,
        'W' => 7 * 86_400,
        'M' => 30 * 86_400,
        _ => 365 * 86_400,
    };

    static DateTimeOffset? FromEpoch(string text) =>
        long.TryParse(text, CultureInfo.InvariantCulture, out var seconds)
        && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    static DateTimeOffset Before(DateTimeOffset now, TimeSpan interval) =>
        now - DateTimeOffset.MinValue > interval ? now - interval : DateTimeOffset.MinValue;

    [GeneratedRegex("^([0-9]{1,18}[smhDWMY])+$", RegexOptions.CultureInvariant)]
    private static partial Regex IntervalPattern();

    [GeneratedRegex("[0-9]+[smhDWMY]", RegexOptions.CultureInvariant)]
    private static partial Regex PartPattern();
}
