using Cairn.App.Jobs;
using Cairn.Cli.Rendering;

namespace Cairn.Cli.Commands;

/// <summary>Runs jobs for <c>backup</c>, and says how each went.</summary>
static class JobsCommand
{
    public static async Task<int> RunAsync(CommandContext context, JobsRequest request)
    {
        var codes = new List<int>();
        context.Watch = await BackupWatch.StartAsync(context, request);
        await JobsUseCase.RunAsync(
            context.Environment, request,
            async outcome =>
            {
                var code = ExitCodeOf(outcome, context.Cancellation);
                codes.Add(code);
                JobRendering.Print(context.Output, outcome, code);
                if (context.Watch is { } watch)
                    await watch.RecordAsync(outcome, code);
            },
            context.Cancellation);
        JobRendering.PrintEnd(context.Output, codes);
        return codes.Count == 1 ? codes[0] : ExitCodes.GravestOf(codes);
    }

    internal static int ExitCodeOf(JobOutcome outcome, CancellationToken cancellation)
    {
        if (outcome.Report is { } report)
            return ExitCodes.Gravest(
                BackupCommand.ExitCodeOf(report), outcome.HookFailures.Count > 0 ? ExitCodes.Warnings : ExitCodes.Ok);
        return cancellation.IsCancellationRequested ? ExitCodes.Interrupted
            : ExitCodes.Of(ErrorReport.Unwrap(outcome.Failure!));
    }
}
