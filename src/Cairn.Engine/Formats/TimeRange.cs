namespace Cairn.Engine.Formats;

/// <summary>The milliseconds that a time in a record may have: years 1 to 9999, what DateTimeOffset can hold.</summary>
public static class TimeRange
{
    public static readonly long MinMilliseconds = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
    public static readonly long MaxMilliseconds = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    public static DateTimeOffset FromRecord(long milliseconds)
    {
        if (milliseconds < MinMilliseconds || milliseconds > MaxMilliseconds)
            throw new FormatViolationException(FailureKind.Framing, $"a time of {milliseconds} ms");
        return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
    }
}
