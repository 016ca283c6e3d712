using Cairn.App.Restore;
using Cairn.App.Text;
using Cairn.Engine.Operations.Restore;

namespace Cairn.Cli.Rendering;

static class RestoreRendering
{
    const int FailuresShown = 20;
    const int DeletionsShown = 50;

    /// <summary>What is about to be deleted.</summary>
    public static void PrintPlan(Output output, DeletePlan plan)
    {
        var shown = output.Options.Verbosity > 0 ? int.MaxValue : DeletionsShown;
        foreach (var deletion in plan.Deletions.Take(shown))
            output.Notice($"delete {ByteText.Show(deletion.Path)}{(deletion.IsDirectory ? "/" : "")}");
        if (plan.Deletions.Count > shown)
            output.Notice($"delete {plan.Deletions.Count - shown} more (-v shows all)");
    }

    public static void Print(Output output, RestoreReport report, bool isDryRun)
    {
        PrintFailures(output, report);
        var result = report.Result;
        output.Summary(
            (isDryRun ? "dry run, nothing written: " : "restored ")
            + $"{HumanText.Count(result.Files, "file", "files")}, "
            + $"{HumanText.Count(result.Directories, "directory", "directories")}, {HumanText.Size(result.Bytes)}"
            + $"{(isDryRun ? " would be restored" : "")} to {ByteText.Show(report.Target)}");
        if (isDryRun)
            PrintPlan(output, report.Deleted);
        if (report.Deleted.Deletions.Count > 0)
            output.Summary(
                $"  {HumanText.Count(report.Deleted.Deletions.Count, "entry", "entries")} "
                + (isDryRun ? "would be deleted" : "deleted"));
        if (result.FilesKept > 0)
            output.Summary($"  {HumanText.Count(result.FilesKept, "file", "files")} left as found");
        if (result.FilesAlreadyThere > 0)
            output.Summary($"  {HumanText.Count(result.FilesAlreadyThere, "file was", "files were")} there already");
        if (!isDryRun)
            output.Summary(
                $"  fetched {HumanText.Size(result.BytesFetched)} "
                + $"from {HumanText.Count(result.PacksRead, "pack", "packs")}");
        foreach (var deletion in report.Deleted.Deletions)
        {
            output.Event("deletion", writer =>
            {
                writer.WriteName("path", deletion.Path.Span);
                writer.WriteBoolean("isDirectory", deletion.IsDirectory);
            });
        }
        output.Event("summary", writer =>
        {
            writer.WriteString("command", "restore");
            writer.WriteString("snapshot", report.Snapshot.Id);
            writer.WriteName("target", report.Target.Span);
            writer.WriteBoolean("dryRun", isDryRun);
            writer.WriteNumber("files", result.Files);
            writer.WriteNumber("directories", result.Directories);
            writer.WriteNumber("others", result.Others);
            writer.WriteNumber("bytes", result.Bytes);
            writer.WriteNumber("filesAlreadyThere", result.FilesAlreadyThere);
            writer.WriteNumber("filesKept", result.FilesKept);
            writer.WriteNumber("deleted", report.Deleted.Deletions.Count);
            writer.WriteNumber("packsRead", result.PacksRead);
            writer.WriteNumber("bytesFetched", result.BytesFetched);
            writer.WriteNumber("failures", result.FailureCount);
        });
    }

    // What the target says has the path in it already.
    static string WithPath(RestoreFailure failure)
    {
        var start = $"{ByteText.Show(failure.Path)}: ";
        return failure.Message.StartsWith(start, StringComparison.Ordinal) ? failure.Message : start + failure.Message;
    }

    static void PrintFailures(Output output, RestoreReport report)
    {
        var result = report.Result;
        foreach (var failure in result.Failures.Take(output.Options.Verbosity > 0 ? int.MaxValue : FailuresShown))
            output.Warning(WithPath(failure));
        if (result.FailureCount > 0)
            output.Warning(
                $"{HumanText.Count(result.FailureCount, "entry is", "entries are")} not restored, or not whole");
        foreach (var failure in result.Failures)
        {
            output.Event("problem", writer =>
            {
                writer.WriteName("path", failure.Path.Span);
                writer.WriteString("message", failure.Message);
                writer.WriteBoolean("isError", value: true);
                writer.WriteBoolean("isDamage", failure.IsDamage);
            });
        }
        foreach (var shortfall in result.Shortfalls)
        {
            output.Warning(shortfall);
            output.Event("problem", writer =>
            {
                writer.WriteString("message", shortfall);
                writer.WriteBoolean("isError", value: false);
            });
        }
    }
}
