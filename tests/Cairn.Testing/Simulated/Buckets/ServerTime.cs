namespace Cairn.Testing.Simulated.Buckets;

/// <summary>S3 tells times in seconds and lets things end at midnight UTC.</summary>
static class ServerTime
{
    public static DateTimeOffset WholeSeconds(DateTimeOffset time) =>
        new(time.UtcTicks - time.UtcTicks % TimeSpan.TicksPerSecond, TimeSpan.Zero);

    /// <summary>The first midnight at or after the time.</summary>
    public static DateTimeOffset NextMidnight(DateTimeOffset time)
    {
        var day = new DateTimeOffset(time.UtcDateTime.Date, TimeSpan.Zero);
        return day == time ? day : day.AddDays(1);
    }
}
