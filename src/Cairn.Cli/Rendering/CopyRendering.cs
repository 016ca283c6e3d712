using Cairn.App.Copy;
using Cairn.Engine.Operations.Copy;
using Cairn.Engine.Snapshots;

namespace Cairn.Cli.Rendering;

static class CopyRendering
{
    public static void Print(Output output, CopyReport report)
    {
        foreach (var snapshot in report.Result.Snapshots)
            Print(output, snapshot, report.IsDryRun);
        SnapshotsRendering.PrintProblems(output, report.Problems);
        foreach (var line in Lines(report))
            output.Summary(line);
        output.Event("summary", writer => Write(writer, report));
    }

    static void Print(Output output, CopiedSnapshot copied, bool isDryRun)
    {
        var source = copied.Source;
        var about = $"{source.ShortId} of {HumanText.Time(source.Time)}, {SnapshotText.Source(source)}";
        if (copied.Outcome == CopyOutcome.Copied)
            output.Result(copied.Target is { } target
                ? $"copied {about}: {target.ToString()[..SnapshotInfo.ShortIdLength]}"
                : $"would be copied: {about}");
        foreach (var problem in copied.Problems)
            output.Warning($"not copied, {source.ShortId}: {problem}");
        output.Event("copy", writer =>
        {
            writer.WriteString("id", source.Id);
            writer.WriteString("outcome", NameOf(copied.Outcome));
            if (copied.Target is { } known)
                writer.WriteString("target", known.ToString());
            writer.WriteTime("time", source.Time);
            writer.WriteString("host", source.HostName);
            writer.WriteString("source", source.Source);
            writer.WriteNames("problems", copied.Problems);
            writer.WriteBoolean("dryRun", isDryRun);
        });
    }

    static IEnumerable<string> Lines(CopyReport report)
    {
        var result = report.Result;
        var copied = HumanText.Count(result.Count(CopyOutcome.Copied), "snapshot", "snapshots");
        yield return $"{copied} {(report.IsDryRun ? "would be copied" : "copied")}, "
            + $"{HumanText.Count(result.Count(CopyOutcome.AlreadyThere))} there already"
            + Further(result.Count(CopyOutcome.Forgotten), "forgotten there since")
            + Further(result.Count(CopyOutcome.Damaged), "not copied because of damage");
        yield return report.IsDryRun
            ? $"  up to {HumanText.Size(result.BytesRead)} in {HumanText.Count(result.BlobsRead, "chunk", "chunks")} "
                + "would be read"
            : $"  read {HumanText.Size(result.BytesRead)}, stored {HumanText.Size(result.BytesStored)} in "
                + $"{HumanText.Count(result.PacksStored, "pack", "packs")}, took {HumanText.Duration(result.Elapsed)}";
        if (result.Count(CopyOutcome.Damaged) > 0)
            yield return "what else is damaged is found by: cairn check --read-data";
    }

    static string Further(int count, string what) => count == 0 ? "" : $", {HumanText.Count(count)} {what}";

    static string NameOf(CopyOutcome outcome) => outcome switch
    {
        CopyOutcome.Copied => "copied",
        CopyOutcome.AlreadyThere => "alreadyThere",
        CopyOutcome.Forgotten => "forgotten",
        _ => "damaged",
    };

    static void Write(System.Text.Json.Utf8JsonWriter writer, CopyReport report)
    {
        var result = report.Result;
        writer.WriteString("command", "copy");
        writer.WriteString("from", report.Source);
        writer.WriteString("to", report.Target);
        writer.WriteBoolean("dryRun", report.IsDryRun);
        writer.WriteNumber("copied", result.Count(CopyOutcome.Copied));
        writer.WriteNumber("alreadyThere", result.Count(CopyOutcome.AlreadyThere));
        writer.WriteNumber("forgotten", result.Count(CopyOutcome.Forgotten));
        writer.WriteNumber("damaged", result.Count(CopyOutcome.Damaged));
        writer.WriteNumber("blobsRead", result.BlobsRead);
        writer.WriteNumber("bytesRead", result.BytesRead);
        writer.WriteNumber("blobsStored", result.BlobsStored);
        writer.WriteNumber("bytesStoredPlain", result.BytesStoredPlain);
        writer.WriteNumber("bytesStored", result.BytesStored);
        writer.WriteNumber("packsStored", result.PacksStored);
        writer.WriteNumber("seconds", Math.Round(result.Elapsed.TotalSeconds, 3));
    }
}
