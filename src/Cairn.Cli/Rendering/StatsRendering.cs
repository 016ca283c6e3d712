using System.Globalization;
using Cairn.App.Reading;
using Cairn.Engine.Operations.Statistics;

namespace Cairn.Cli.Rendering;

/// <summary>
/// Sizes of groups of snapshots. What a group adds is what no snapshot before needed, in the order of time, so the
/// lines add up to the repository.
/// </summary>
static class StatsRendering
{
    public static void Print(Output output, StatisticsReport report, string by)
    {
        var groups = report.Usage.Snapshots.GroupBy(usage => StatsGrouping.KeyOf(usage.Snapshot, by))
            .Select(group => new Line(group.Key, [.. group])).ToList();
        var all = new Line("in all", report.Usage.Snapshots);
        var table = new Table(
            [by.ToUpperInvariant(), "SNAPSHOTS", "SIZE", "NEW", "STORED", "TOTAL", "DEDUP", "COMPRESSION"],
            1, 2, 3, 4, 5, 6, 7);
        var total = 0L;
        foreach (var line in groups)
        {
            total += line.Added.StoredBytes + line.Added.ManifestBytes;
            AddRow(table, line, total);
            output.Event("statistics", writer =>
            {
                writer.WriteString("by", by);
                writer.WriteString("group", line.Name);
                line.Write(writer);
            });
        }
        if (groups.Count > 1)
            AddRow(table, all, total);
        output.Result(table);
        output.Summary(
            "SIZE: as restored; NEW: content that no snapshot before had; STORED: the same compressed, with\n"
            + "manifests; TOTAL: STORED of all lines so far; DEDUP: SIZE / NEW; COMPRESSION: NEW / compressed");
        PrintSummary(output, report, all);
        SnapshotsRendering.PrintProblems(output, report.Problems);
    }

    static void AddRow(Table table, Line line, long total) => table.Add(
        line.Name, HumanText.Count(line.Snapshots), HumanText.Size(line.Bytes), HumanText.Size(line.Added.DataBytes),
        HumanText.Size(line.Added.StoredBytes + line.Added.ManifestBytes), HumanText.Size(total),
        Ratio(line.Bytes, line.Added.DataBytes), Ratio(line.Added.DataBytes, line.Added.StoredBytes));

    static void PrintSummary(Output output, StatisticsReport report, Line all)
    {
        var usage = report.Usage;
        output.Summary(
            $"{HumanText.Size(all.Bytes)} in {HumanText.Count(all.Snapshots, "snapshot", "snapshots")}; "
            + $"each content once: {HumanText.Size(all.Added.DataBytes)}, "
            + $"compressed: {HumanText.Size(all.Added.StoredBytes)}, "
            + $"manifests: {HumanText.Size(all.Added.ManifestBytes)}");
        output.Summary(
            $"all packs of the repository: {HumanText.Size(usage.PackBytes)} in "
            + HumanText.Count(usage.Packs, "pack", "packs"));
        if (usage.Cost is { } cost)
        {
            output.Summary(
                $"they cost {CostText.Money(cost.Prices, cost.Monthly)} a month {CostText.Of(cost.Prices)}");
            output.Summary(
                $"to read all of them takes {HumanText.Count(usage.Packs, "request", "requests")} and costs "
                + CostText.Money(cost.Prices, cost.Reading)
                + (cost.Cold > 0
                    ? $", not counting {HumanText.Count(cost.Cold, "pack", "packs")} to be thawed first" : ""));
            if (cost.Unpriced > 0)
                output.Summary(CostText.Unpriced(cost.Unpriced));
        }
        if (usage.UnknownPacks > 0)
            output.Warning(
                $"{HumanText.Count(usage.UnknownPacks, "pack is", "packs are")} in no index object, and not counted: "
                + "see cairn check");
        output.Event("summary", writer =>
        {
            writer.WriteString("command", "stats");
            all.Write(writer);
            writer.WriteNumber("packs", usage.Packs);
            writer.WriteNumber("packBytes", usage.PackBytes);
            writer.WriteNumber("unknownPacks", usage.UnknownPacks);
            if (usage.Cost is not { } cost)
                return;
            CostText.Write(writer, "monthlyCost", cost.Monthly);
            CostText.Write(writer, "readingCost", cost.Reading);
            writer.WriteNumber("coldPacks", cost.Cold);
            writer.WriteNumber("unpricedPacks", cost.Unpriced);
            CostText.Write(writer, cost.Prices);
        });
    }

    static string Ratio(long before, long after) => after == 0
        ? "-"
        : string.Create(CultureInfo.InvariantCulture, $"{(double)before / after:0.00}");

    sealed class Line(string name, IReadOnlyList<SnapshotUsage> usages)
    {
        public string Name => name;
        public int Snapshots => usages.Count;
        public long Bytes { get; } = usages.Sum(usage => usage.Snapshot.Statistics.Bytes);
        public RowUsage Added { get; } = usages.Aggregate(default(RowUsage), (sum, usage) => sum + usage.Added);

        public void Write(System.Text.Json.Utf8JsonWriter writer)
        {
            writer.WriteNumber("snapshots", Snapshots);
            writer.WriteNumber("bytes", Bytes);
            writer.WriteNumber("newBytes", Added.DataBytes);
            writer.WriteNumber("newBytesStored", Added.StoredBytes);
            writer.WriteNumber("newManifestBytes", Added.ManifestBytes);
            writer.WriteNumber("newBlobs", Added.Blobs);
        }
    }
}
