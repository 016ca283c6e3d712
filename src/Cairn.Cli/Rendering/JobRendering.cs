using Cairn.App.Jobs;

namespace Cairn.Cli.Rendering;

static class JobRendering
{
    public static void Print(Output output, JobOutcome outcome, int exitCode)
    {
        if (outcome.Report is { } report)
            BackupRendering.Print(output, report);
        else
        {
            var error = ErrorReport.Of(ErrorReport.Unwrap(outcome.Failure!));
            output.Error(
                error with { Message = $"job {outcome.Job}: {error.Message}" }, exitCode, details: outcome.Failure);
        }
        foreach (var failure in outcome.HookFailures)
            output.Warning($"job {outcome.Job}: {failure}");
        output.Event("job", writer =>
        {
            writer.WriteString("job", outcome.Job);
            writer.WriteString("source", outcome.Source);
            writer.WriteNumber("exitCode", exitCode);
            writer.WriteNumber("hookFailures", outcome.HookFailures.Count);
            writer.WriteNumber("seconds", Math.Round(outcome.Elapsed.TotalSeconds, 3));
        });
    }

    /// <summary>The sum, where there was more than one.</summary>
    public static void PrintEnd(Output output, IReadOnlyList<int> codes)
    {
        if (codes.Count < 2)
            return;
        var failed = codes.Count(code => code is not (ExitCodes.Ok or ExitCodes.Warnings));
        var warned = codes.Count(code => code == ExitCodes.Warnings);
        output.Summary($"{codes.Count} jobs: {codes.Count - failed - warned} done"
            + (warned > 0 ? $", {warned} with warnings" : "") + (failed > 0 ? $", {failed} failed" : ""));
    }
}
