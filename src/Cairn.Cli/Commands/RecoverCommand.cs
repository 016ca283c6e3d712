using System.CommandLine;
using Cairn.App;
using Cairn.App.Recovery;
using Cairn.Cli.Rendering;
using Cairn.Engine.Operations.Recover;

namespace Cairn.Cli.Commands;

static class RecoverCommand
{
    public static Command Create(GlobalOptions global)
    {
        var command = new Command("recover", "Show again what somebody has hidden or overwritten in the bucket");
        var dryRun = CommonOptions.DryRun("Only show what was hidden or overwritten");
        var yes = CommonOptions.Yes();
        var keys = new KeyOptions();
        command.Add(dryRun);
        command.Add(yes);
        keys.AddTo(command, withRecoveryKey: true);
        CommandRunner.Handle(command, global, async context =>
        {
            var (isDryRun, isApproved) = (context.Parsed.GetValue(dryRun), context.Parsed.GetValue(yes));
            var request = new RecoverRequest
            {
                Access = keys.Access(context.Parsed, global),
                Approve = plan => IsApproved(context, plan, isDryRun, isApproved),
            };
            var (plan, result) = await RecoverUseCase.RunAsync(context.Environment, request, context.Cancellation);
            RecoverRendering.PrintResult(context.Output, plan, result, isDryRun);
            return ExitCodeOf(plan, result);
        });
        return command;
    }

    static bool IsApproved(CommandContext context, RecoverPlan plan, bool isDryRun, bool isApproved)
    {
        RecoverRendering.PrintPlan(context.Output, plan);
        if (isDryRun || plan.Items.Count == 0)
            return false;
        return Approval.Ask(context, isApproved, "Recover them?")
            ? true
            : throw new RefusedException("nothing was recovered", "say --yes to recover without being asked");
    }

    internal static int ExitCodeOf(RecoverPlan plan, RecoverResult? result) => ExitCodes.Gravest(
        plan.HasLost ? ExitCodes.Damage : ExitCodes.Ok,
        result?.Failures.Count > result?.Cold ? ExitCodes.Store : ExitCodes.Ok,
        plan.NeedsThaw || result?.Cold > 0 ? ExitCodes.Cold : ExitCodes.Ok,
        plan.Findings.Count > 0 || (result is null && plan.Items.Count > 0) ? ExitCodes.Warnings : ExitCodes.Ok);
}
