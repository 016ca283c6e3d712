using System.Globalization;
using Cairn.Engine.Snapshots;

namespace Cairn.Cli.Rendering;

/// <summary>What one line of <c>stats</c> stands for.</summary>
static class StatsGrouping
{
    public const string Default = "source";

    public static IReadOnlyList<string> Names { get; } =
        ["source", "host", "snapshot", "day", "week", "month", "year"];

    public static string KeyOf(SnapshotInfo snapshot, string by)
    {
        var time = snapshot.Time.ToLocalTime();
        return by switch
        {
            "source" => $"{SnapshotText.Show(snapshot.HostName)}:{SnapshotText.Source(snapshot)}",
            "host" => SnapshotText.Show(snapshot.HostName),
            "snapshot" => $"{snapshot.ShortId}  {HumanText.Time(snapshot.Time)}",
            "day" => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            "week" => string.Create(
                CultureInfo.InvariantCulture,
                $"{ISOWeek.GetYear(time.DateTime):0000}-W{ISOWeek.GetWeekOfYear(time.DateTime):00}"),
            "month" => time.ToString("yyyy-MM", CultureInfo.InvariantCulture),
            _ => time.ToString("yyyy", CultureInfo.InvariantCulture),
        };
    }
}
