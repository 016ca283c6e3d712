using System.CommandLine;
using Cairn.App.Restore;
using Cairn.App.Snapshots;
using Cairn.Cli.Rendering;
using Cairn.Cli.Terminals;
using Cairn.Engine.Operations.Restore;

namespace Cairn.Cli.Commands;

static class RestoreCommand
{
    public static Command Create(GlobalOptions global)
    {
        var command = new Command("restore", "Write a snapshot, or a part of it, below a directory");
        var keys = new KeyOptions();
        var snapshot = CommonOptions.Snapshot();
        var host = CommonOptions.Host();
        var options = new RestoreCommandOptions();
        command.Add(snapshot);
        command.Add(host);
        options.AddTo(command);
        var asOf = new AsOfOption();
        asOf.AddTo(command);
        keys.AddTo(command, withRecoveryKey: true);
        CommandRunner.Handle(command, global, async context =>
        {
            var parsed = context.Parsed;
            var request = options.Read(parsed, new RestoreRequest
            {
                Access = asOf.Apply(context, keys.Access(parsed, global)), Host = parsed.GetValue(host),
                Snapshot = SnapshotReference.Parse(parsed.GetRequiredValue(snapshot), context.Environment.Time),
                Target = CommonOptions.ToBytes(parsed.GetRequiredValue(options.Target)),
            });
            request = request with { ConfirmDelete = plan => Confirm(context, options.IsAgreed(parsed), plan) };
            var report = await RestoreUseCase.RunAsync(context.Environment, request, context.Cancellation);
            RestoreRendering.Print(context.Output, report, request.IsDryRun);
            return ExitCodeOf(report);
        });
        return command;
    }

    internal static int ExitCodeOf(RestoreReport report) => ExitCodes.Gravest(
        report.Result.Failures.Any(failure => failure.IsDamage) ? ExitCodes.Damage : ExitCodes.Ok,
        report.Result.FailureCount > 0 ? ExitCodes.Failed : ExitCodes.Ok,
        report.Result.Shortfalls.Count > 0 ? ExitCodes.Warnings : ExitCodes.Ok);

    // What is deleted is told before it is.
    static bool Confirm(CommandContext context, bool isAgreed, DeletePlan plan)
    {
        RestoreRendering.PrintPlan(context.Output, plan);
        var count = HumanText.Count(plan.Deletions.Count, "entry", "entries");
        return isAgreed || context.Environment.Prompt?.Confirm($"delete {count}? [y/N] ", context.Cancellation) == true;
    }
}
