using System.Globalization;
using Cairn.Engine.Primitives;

namespace Cairn.Cli.Rendering;

/// <summary>Numbers and times as people read them.</summary>
static class HumanText
{
    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public static string Count(long number, string one, string many) =>
        $"{Count(number)} {(number == 1 ? one : many)}";

    public static string Size(long bytes) => ByteSize.Format(bytes);

    public static string Time(DateTimeOffset time) =>
        time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    public static string Duration(TimeSpan time)
    {
        if (time.TotalSeconds < 59.95)
            return string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s");
        if (time.TotalSeconds < 3599.5)
            return string.Create(CultureInfo.InvariantCulture,
                $"{(int)(time.TotalSeconds + 0.5) / 60}:{(int)(time.TotalSeconds + 0.5) % 60:00} min");
        var minutes = (long)(time.TotalMinutes + 0.5);
        return string.Create(CultureInfo.InvariantCulture, $"{minutes / 60}:{minutes % 60:00} h");
    }

    /// <summary>A length of time that somebody chose: in whole days where it is some.</summary>
    public static string Interval(TimeSpan time) =>
        time.Ticks % TimeSpan.TicksPerDay == 0 ? Count(time.Days, "day", "days") : Duration(time);
}
