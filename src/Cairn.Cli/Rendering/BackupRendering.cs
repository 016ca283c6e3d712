using Cairn.App.Backup;
using Cairn.App.Text;

namespace Cairn.Cli.Rendering;

static class BackupRendering
{
    const int ProblemsShown = 20;

    public static void Print(Output output, BackupReport report)
    {
        PrintProblems(output, report);
        PrintSummary(output, report);
        output.Event("summary", writer =>
        {
            var result = report.Result;
            var counts = result.Statistics;
            writer.WriteString("command", "backup");
            if (result.Snapshot is { } snapshot)
                writer.WriteString("snapshot", snapshot.Hash.ToString());
            if (result.Spooled is { } session)
                writer.WriteString("spooled", session.ToString());
            writer.WriteString("source", report.Source);
            writer.WriteBoolean("dryRun", report.IsDryRun);
            writer.WriteBoolean("partial", result.IsPartial);
            writer.WriteNumber("files", counts.Files);
            writer.WriteNumber("directories", counts.Directories);
            writer.WriteNumber("others", counts.Others);
            writer.WriteNumber("bytes", counts.Bytes);
            writer.WriteNumber("filesNew", counts.FilesNew);
            writer.WriteNumber("filesChanged", counts.FilesChanged);
            writer.WriteNumber("filesUnchanged", counts.FilesUnchanged);
            writer.WriteNumber("entriesVanished", counts.EntriesVanished);
            writer.WriteNumber("bytesRead", counts.BytesRead);
            writer.WriteNumber("bytesStoredPlain", counts.BytesStoredPlain);
            writer.WriteNumber("bytesStored", counts.BytesStored);
            writer.WriteNumber("packsStored", counts.PacksStored);
            writer.WriteNumber("problems", result.ProblemCount);
            writer.WriteNumber("seconds", Math.Round(result.Elapsed.TotalSeconds, 3));
        });
    }

    static void PrintProblems(Output output, BackupReport report)
    {
        var shown = output.Options.Verbosity > 0 ? int.MaxValue : ProblemsShown;
        foreach (var problem in report.Result.Problems.Take(shown))
            output.Warning($"{ByteText.Show(problem.Path)}: {problem.Message}");
        foreach (var problem in report.Result.Problems)
        {
            output.Event("problem", writer =>
            {
                writer.WriteName("path", problem.Path.Span);
                writer.WriteString("message", problem.Message);
                writer.WriteBoolean("isError", problem.IsError);
            });
        }
        var kept = Math.Min(shown, report.Result.Problems.Count);
        if (report.Result.ProblemCount > kept)
        {
            output.Warning(
                "and " + HumanText.Count(report.Result.ProblemCount - kept, "more problem", "more problems"));
        }
    }

    static void PrintSummary(Output output, BackupReport report)
    {
        var counts = report.Result.Statistics;
        var what = $"{HumanText.Count(counts.Files, "file", "files")}, {HumanText.Size(counts.Bytes)}";
        var isPartial = report.Result.IsPartial ? ", but not everything" : "";
        output.Summary((report.Result.Snapshot, report.Result.Spooled) switch
        {
            ({ } snapshot, _) => $"snapshot {snapshot.Hash.ToString()[..8]} saved{isPartial}: {what}",
            (_, not null) => $"spooled{isPartial}, to be pushed: {what}",
            _ => $"dry run, nothing stored: {what}",
        });
        output.Summary(
            $"  {HumanText.Count(counts.FilesNew)} new, {HumanText.Count(counts.FilesChanged)} changed, "
            + $"{HumanText.Count(counts.FilesUnchanged)} unchanged"
            + (counts.EntriesVanished > 0 ? $", {HumanText.Count(counts.EntriesVanished)} gone or left out" : ""));
        output.Summary(
            $"  read {HumanText.Size(counts.BytesRead)}, stored {HumanText.Size(counts.BytesStored)} "
            + $"in {HumanText.Count(counts.PacksStored, "pack", "packs")}, "
            + $"took {HumanText.Duration(report.Result.Elapsed)}");
    }
}
