using System.Text.Json;
using Cairn.App.Drill;
using Cairn.App.Text;
using Cairn.Engine.Operations.Drill;

namespace Cairn.Cli.Rendering;

static class DrillRendering
{
    const int FindingsShown = 50;

    public static void Print(Output output, DrillReport report)
    {
        PrintFindings(output, report);
        foreach (var part in report.Parts)
            Print(output, part);
        if (report.Kept is { } kept)
            output.Result($"left in {kept}");
        output.Summary(Outcome(report) + $", took {HumanText.Duration(report.Elapsed)}");
        foreach (var part in report.Parts)
            output.Event("drilled", writer => Write(writer, part));
        output.Event("summary", writer =>
        {
            writer.WriteString("command", "drill");
            Write(writer, report);
        });
    }

    /// <summary>What the file of reports gets.</summary>
    public static ReadOnlyMemory<byte> Line(DrillReport report, int exitCode)
    {
        return JsonEvent.Write("drill", writer =>
        {
            writer.WriteTime("started", report.Started);
            writer.WriteString("repository", report.Repository.ToString());
            writer.WriteNumber("exitCode", exitCode);
            Write(writer, report);
            writer.WriteStartArray("parts");
            foreach (var part in report.Parts)
            {
                writer.WriteStartObject();
                Write(writer, part);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteStartArray("found");
            foreach (var finding in report.Findings)
            {
                writer.WriteStartObject();
                Write(writer, finding);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        });
    }

    static void Print(Output output, DrillPart part)
    {
        var (sample, name) = (part.Sample, part.Snapshot.Source);
        var files = $"restored {HumanText.Count(sample.Files, "file", "files")} ({HumanText.Size(sample.Bytes)}), ";
        var streams = sample.Streams.Count == 0 ? ""
            : $"read {HumanText.Count(sample.Streams.Count, "stream", "streams")} "
                + $"({HumanText.Size(sample.StreamBytes)}), ";
        output.Summary(
            $"{name}: {(sample.Files > 0 || streams.Length == 0 ? files : "")}{streams}"
            + $"{Percent(sample.Arc.Share)} of the source");
        if (part.Source is { } source)
            output.Summary(
                $"  compared {HumanText.Count(source.Compared, "file", "files")} with the disk: "
                + $"{HumanText.Count(source.ChangedSince)} changed since, {HumanText.Count(source.Gone)} gone");
        output.Summary($"  {Coverage(part.Coverage)}");
        if (sample.FilesTooLarge > 0)
            output.Notice(
                $"{name}: {HumanText.Count(sample.FilesTooLarge, "file", "files")} of this part, larger than --max, "
                + "left out");
        foreach (var shortfall in part.Shortfalls)
            output.Warning(shortfall);
    }

    static string Coverage(DrillCoverage coverage)
    {
        var bad = coverage.BadDrills == 0 ? ""
            : $"; {HumanText.Count(coverage.BadDrills, "drill", "drills")} found something or left something out";
        return coverage.IsWhole
            ? $"all of it restored at least once between {Day(coverage.From)} and {Day(coverage.To)}{bad}"
            : $"{Percent(coverage.Share)} of it restored since {Day(coverage.From)}{bad}";
    }

    static string Outcome(DrillReport report)
    {
        var kinds = new[]
        {
            (report.Count(DrillFindingKind.Damage), "damaged", "damaged"),
            (report.Count(DrillFindingKind.NotRestored), "not restored", "not restored"),
            (report.Count(DrillFindingKind.Difference), "difference", "differences"),
            (report.Count(DrillFindingKind.SourceDifference), "difference from the source",
                "differences from the source"),
            (report.Count(DrillFindingKind.Unread), "not read", "not read"),
        };
        var found = kinds.Where(kind => kind.Item1 > 0)
            .Select(kind => HumanText.Count(kind.Item1, kind.Item2, kind.Item3)).ToList();
        return found.Count == 0 ? "everything came back as it was backed up" : string.Join(", ", found);
    }

    static void PrintFindings(Output output, DrillReport report)
    {
        var shown = output.Options.Verbosity > 0 ? int.MaxValue : FindingsShown;
        foreach (var finding in report.Findings.Take(shown))
        {
            var changes = VerifyRendering.NamesOf(finding.Changes);
            output.Warning(
                $"{KindText(finding.Kind)}: snapshot {finding.Snapshot}: {ByteText.Show(finding.Path)}: "
                + finding.Message + (changes.Count > 0 ? $" ({string.Join(", ", changes)})" : ""));
        }
        if (report.Findings.Count > shown)
            output.Warning($"and {report.Findings.Count - shown} more (-v shows them)");
        foreach (var finding in report.Findings)
            output.Event("drillFinding", writer => Write(writer, finding));
    }

    static void Write(Utf8JsonWriter writer, DrillFinding finding)
    {
        writer.WriteString("kind", KindName(finding.Kind));
        writer.WriteString("snapshot", finding.Snapshot);
        writer.WriteName("path", finding.Path.Span);
        writer.WriteString("message", finding.Message);
        if (finding.Changes != 0)
            writer.WriteNames("changes", VerifyRendering.NamesOf(finding.Changes));
    }

    static void Write(Utf8JsonWriter writer, DrillReport report)
    {
        writer.WriteNumber("sources", report.Parts.Count);
        writer.WriteNumber("files", report.Parts.Sum(part => part.Sample.Files));
        writer.WriteNumber("bytes", report.Parts.Sum(part => part.Sample.Bytes));
        writer.WriteNumber("damaged", report.Count(DrillFindingKind.Damage));
        writer.WriteNumber("notRestored", report.Count(DrillFindingKind.NotRestored));
        writer.WriteNumber("differences", report.Count(DrillFindingKind.Difference));
        writer.WriteNumber("sourceDifferences", report.Count(DrillFindingKind.SourceDifference));
        writer.WriteNumber("unread", report.Count(DrillFindingKind.Unread));
        writer.WriteNumber("seconds", Math.Round(report.Elapsed.TotalSeconds, 3));
        if (report.Kept is { } kept)
            writer.WriteString("keptIn", kept);
    }

    static void Write(Utf8JsonWriter writer, DrillPart part)
    {
        var (sample, coverage) = (part.Sample, part.Coverage);
        writer.WriteString("snapshot", part.Snapshot.Id);
        writer.WriteTime("time", part.Snapshot.Time);
        writer.WriteString("host", part.Snapshot.HostName);
        writer.WriteString("source", part.Snapshot.Source);
        writer.WriteNumber("files", sample.Files);
        writer.WriteNumber("bytes", sample.Bytes);
        writer.WriteNumber("streams", sample.Streams.Count);
        writer.WriteNumber("streamBytes", sample.StreamBytes);
        writer.WriteNumber("share", Math.Round(sample.Arc.Share, 9));
        writer.WriteNumber("filesTooLarge", sample.FilesTooLarge);
        writer.WriteNumber("bytesFetched", part.BytesFetched);
        if (part.Source is { } source)
        {
            writer.WriteNumber("comparedWithSource", source.Compared);
            writer.WriteNumber("changedSince", source.ChangedSince);
            writer.WriteNumber("gone", source.Gone);
        }
        writer.WriteBoolean("coversAll", coverage.IsWhole);
        writer.WriteNumber("coveredShare", Math.Round(coverage.Share, 9));
        writer.WriteTime("coveredFrom", coverage.From);
        writer.WriteTime("coveredTo", coverage.To);
        writer.WriteNumber("drills", coverage.Drills);
        writer.WriteNumber("badDrills", coverage.BadDrills);
    }

    static string Day(DateTimeOffset time) => HumanText.Time(time)[..10];

    static string Percent(double share) =>
        share.ToString("0.##%", System.Globalization.CultureInfo.InvariantCulture);

    static string KindName(DrillFindingKind kind) => kind switch
    {
        DrillFindingKind.Damage => "damage",
        DrillFindingKind.NotRestored => "notRestored",
        DrillFindingKind.Difference => "difference",
        DrillFindingKind.SourceDifference => "sourceDifference",
        _ => "unread",
    };

    static string KindText(DrillFindingKind kind) => kind switch
    {
        DrillFindingKind.Damage => "damage",
        DrillFindingKind.NotRestored => "not restored",
        DrillFindingKind.Difference => "difference",
        DrillFindingKind.SourceDifference => "difference from the source",
        _ => "not read",
    };
}
