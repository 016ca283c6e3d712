using System.CommandLine;
using Cairn.App.Retention;
using Cairn.Cli.Rendering;
using Cairn.Engine.Operations.Leases;

namespace Cairn.Cli.Commands;

static class LeaseCommand
{
    public static Command Create(GlobalOptions global)
    {
        var command = new Command("lease", "Show and renew the locks on what snapshots need");
        command.Add(CreateVerb(global, "status", "Show until when each snapshot is protected", isDryRun: true));
        command.Add(CreateVerb(
            global, "renew", "Renew the locks that run out of what is needed; to be run every day", isDryRun: false));
        return command;
    }

    static Command CreateVerb(GlobalOptions global, string name, string description, bool isDryRun)
    {
        var command = new Command(name, description);
        var keys = new KeyOptions();
        keys.AddTo(command, withRecoveryKey: true);
        CommandRunner.Handle(command, global, async context =>
        {
            var request = new LeaseRequest
            {
                Access = keys.Access(context.Parsed, global), Options = new LeaseOptions { IsDryRun = isDryRun },
            };
            var result = await LeaseUseCase.RunAsync(context.Environment, request, context.Cancellation);
            LeaseRendering.Print(context.Output, result, isDryRun);
            return ExitCodeOf(result, isDryRun);
        });
        return command;
    }

    static int ExitCodeOf(LeaseResult result, bool isDryRun) => ExitCodes.Gravest(
        result.Gaps.Count > 0 ? ExitCodes.Damage : ExitCodes.Ok,
        result.Failures.Count > 0 || (result.Unprotected > 0 && !isDryRun) ? ExitCodes.Store : ExitCodes.Ok,
        result.Unprotected + result.Hidden + result.Replaced > 0 ? ExitCodes.Warnings : ExitCodes.Ok);
}
