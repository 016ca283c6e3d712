using System.Text.Json;
using Cairn.App.Text;
using Cairn.Engine.Operations.Check;
using Cairn.Engine.Operations.Repair;

namespace Cairn.Cli.Rendering;

static class RepairRendering
{
    const int LinesShown = 50;

    /// <summary>Before anything is healed.</summary>
    public static void PrintFound(Output output, IReadOnlyList<LostFile> files, long count) =>
        PrintFiles(output, files, count, "not whole any more", "lostFile");

    public static void Print(Output output, RepairResult result, bool isPlan)
    {
        foreach (var note in result.Notes)
            output.Notice(note);
        foreach (var healed in result.Healed)
            Print(output, healed);
        if (!isPlan)
            PrintFiles(output, result.LostAfter, result.LostAfterCount, "could not be healed", "unhealedFile");
        PrintRemaining(output, result.Remaining);
        foreach (var line in Lines(result, isPlan))
            output.Summary(line);
        output.Event("summary", writer => Write(writer, result, isPlan));
    }

    public static void Print(Output output, IndexRepairResult result, bool isDryRun)
    {
        SnapshotsRendering.PrintProblems(output, result.Problems);
        output.Summary(
            $"{(isDryRun ? "would name" : "named")} {HumanText.Count(result.Packs, "pack", "packs")} in "
            + $"{HumanText.Count(result.IndexObjects, "new index object", "new index objects")}, "
            + $"{HumanText.Count(result.PacksKnown)} were named already");
        output.Event("summary", writer =>
        {
            writer.WriteString("command", "repair index");
            writer.WriteBoolean("dryRun", isDryRun);
            writer.WriteNumber("packs", result.Packs);
            writer.WriteNumber("packsKnown", result.PacksKnown);
            writer.WriteNumber("rows", result.Rows);
            writer.WriteNumber("indexObjects", result.IndexObjects);
            writer.WriteNumber("bytesRead", result.BytesRead);
        });
    }

    static void Print(Output output, HealedFrom healed)
    {
        if (healed.Blobs > 0)
            output.Result(
                $"healed {HumanText.Count(healed.Blobs, "blob", "blobs")} ({HumanText.Size(healed.Bytes)}) from "
                + healed.Source);
        output.Event("healed", writer =>
        {
            writer.WriteString("from", healed.Source);
            writer.WriteNumber("blobs", healed.Blobs);
            writer.WriteNumber("bytes", healed.Bytes);
        });
    }

    static void PrintFiles(
        Output output, IReadOnlyList<LostFile> files, long count, string what, string type)
    {
        var shown = output.Options.Verbosity > 0 ? int.MaxValue : LinesShown;
        foreach (var file in files.Take(shown))
            output.Warning($"{what}: snapshot {file.Snapshot}: /{ByteText.Show(file.Path)}");
        if (count > Math.Min(shown, files.Count))
            output.Warning($"{what}, in all: {HumanText.Count(count)} files");
        foreach (var file in files)
        {
            output.Event(type, writer =>
            {
                writer.WriteString("snapshot", file.Snapshot);
                writer.WriteName("path", file.Path.Span);
            });
        }
    }

    static void PrintRemaining(Output output, IReadOnlyList<CheckFinding> findings)
    {
        foreach (var finding in findings.Take(output.Options.Verbosity > 0 ? int.MaxValue : LinesShown))
            output.Warning($"damage: {finding.Object}: {finding.Message}");
        foreach (var finding in findings)
        {
            output.Event("finding", writer =>
            {
                writer.WriteString("severity", "damage");
                writer.WriteString("object", finding.Object);
                if (finding.Kind is { } kind)
                    writer.WriteString("kind", kind.ToString().ToLowerInvariant());
                writer.WriteString("message", finding.Message);
            });
        }
    }

    static IEnumerable<string> Lines(RepairResult result, bool isPlan)
    {
        if (result.BadBlobs > 0)
            yield return $"{HumanText.Count(result.BadBlobs, "blob", "blobs")} that snapshots need "
                + $"{(result.BadBlobs == 1 ? "lies" : "lie")} in "
                + $"{HumanText.Count(result.BadPacks, "pack that is", "packs that are")} missing or damaged";
        if (isPlan)
        {
            yield return result.IsDamaged ? "heal it with: cairn repair, and --from REPOSITORY or --from-disk"
                : "nothing is damaged";
            yield break;
        }
        if (result.PacksStored > 0)
            yield return $"stored {HumanText.Size(result.BytesStored)} in "
                + HumanText.Count(result.PacksStored, "new pack", "new packs");
        yield return result.IsDamaged ? "something is still damaged" : "nothing is damaged any more";
        if (result.Replaced > 0)
            yield return HumanText.Count(
                result.Replaced, "damaged or missing pack is", "damaged or missing packs are")
                + " not needed any more: what is there of them goes with the next prune";
    }

    static void Write(Utf8JsonWriter writer, RepairResult result, bool isPlan)
    {
        writer.WriteString("command", "repair");
        writer.WriteBoolean("plan", isPlan);
        writer.WriteBoolean("isDamaged", result.IsDamaged);
        writer.WriteNumber("lostFiles", result.LostBeforeCount);
        writer.WriteNumber("unhealedFiles", result.LostAfterCount);
        writer.WriteNumber("badPacks", result.BadPacks);
        writer.WriteNumber("badBlobs", result.BadBlobs);
        writer.WriteNumber("unhealedBlobs", result.UnhealedBlobs);
        writer.WriteNumber("packsStored", result.PacksStored);
        writer.WriteNumber("bytesStored", result.BytesStored);
        writer.WriteNumber("replacedPacks", result.Replaced);
    }
}
