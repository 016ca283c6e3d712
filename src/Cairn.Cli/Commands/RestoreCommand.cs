using System.CommandLine;
using Cairn.App.Restore;
using Cairn.App.Snapshots;
using Cairn.Cli.Rendering;

namespace Cairn.Cli.Commands;

static class RestoreCommand
{
    public static Command Create(GlobalOptions global)
    {
        var command = new Command("restore", "Write a snapshot, or a part of it, below a directory");
        var keys = new KeyOptions();
        var snapshot = CommonOptions.Snapshot();
        var host = CommonOptions.Host();
        var target = new Option<string>("--target", "-t") { Description = "Directory to restore into", HelpName = "DIR",
            Required = true };
        var overwrite = new Option<bool>("--overwrite")
        {
            Description = "Into a directory with something in it: go on with a restore, replace what differs",
        };
        var numeric = new Option<bool>("--numeric-owner") { Description = "Owners by number, not by name" };
        var dryRun = CommonOptions.DryRun("Say what would be restored, and stop there");
        command.Add(snapshot);
        foreach (var option in new Option[] { target, host, overwrite, numeric, dryRun })
            command.Add(option);
        keys.AddTo(command, withRecoveryKey: true);
        CommandRunner.Handle(command, global, async context =>
        {
            var parsed = context.Parsed;
            var request = new RestoreRequest
            {
                Access = keys.Access(parsed, global), Host = parsed.GetValue(host),
                Snapshot = SnapshotReference.Parse(parsed.GetRequiredValue(snapshot), context.Environment.Time),
                Target = CommonOptions.ToBytes(parsed.GetRequiredValue(target)), Overwrite = parsed.GetValue(overwrite),
                NumericOwner = parsed.GetValue(numeric), IsDryRun = parsed.GetValue(dryRun),
            };
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
}
