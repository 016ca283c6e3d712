using System.CommandLine;
using Cairn.App;
using Cairn.App.Repair;
using Cairn.Cli.Rendering;
using Cairn.Engine.Operations.Repair;

namespace Cairn.Cli.Commands;

static class RepairCommand
{
    public static Command Create(GlobalOptions global)
    {
        var command = new Command("repair", "Heal what is damaged from whatever still has the data");
        var plan = new Option<bool>("--plan") { Description = "Only say which files are lost, and what is damaged" };
        var quick = new Option<bool>("--quick")
        {
            Description = "Read no packs: look only whether they are there, in their length",
        };
        var from = new Option<string?>("--from")
        {
            Description = "Another repository: a mirror, one that was copied to, or one that was copied from",
            HelpName = "REPOSITORY",
        };
        var disk = new Option<bool>("--from-disk")
        {
            Description = "Files of this machine: what of them is still the same",
        };
        var (keys, fromKeys) = (new KeyOptions(), KeyOptions.From());
        foreach (var option in new Option[] { plan, quick, from, disk })
            command.Add(option);
        keys.AddTo(command, withRecoveryKey: true);
        fromKeys.AddTo(command, withRecoveryKey: true);
        command.Add(CreateIndex(global));
        CommandRunner.Handle(command, global, async context =>
        {
            var parsed = context.Parsed;
            if (parsed.GetValue(from) is null && fromKeys.AreGiven(parsed))
                throw new UsageException("options that begin with --from- go with --from");
            var request = new RepairRequest
            {
                Access = keys.Access(parsed, global), UsesDisk = parsed.GetValue(disk),
                IsPlan = parsed.GetValue(plan), IsQuick = parsed.GetValue(quick),
                From = parsed.GetValue(from) is { } other
                    ? fromKeys.Access(parsed, global) with { Repository = other, IsOther = true }
                    : null,
                Found = (files, count) => RepairRendering.PrintFound(context.Output, files, count),
            };
            var result = await RepairUseCases.RepairAsync(context.Environment, request, context.Cancellation);
            RepairRendering.Print(context.Output, result, request.IsPlan);
            return ExitCodeOf(result);
        });
        return command;
    }

    internal static int ExitCodeOf(RepairResult result) => result.IsDamaged ? ExitCodes.Damage : ExitCodes.Ok;

    static Command CreateIndex(GlobalOptions global)
    {
        var command = new Command("index", "Make the index again from packs alone");
        var dryRun = CommonOptions.DryRun("Read the packs that no index names, but store nothing");
        var keys = new KeyOptions();
        command.Add(dryRun);
        keys.AddTo(command, withRecoveryKey: true);
        CommandRunner.Handle(command, global, async context =>
        {
            var request = new IndexRepairRequest(
                keys.Access(context.Parsed, global), context.Parsed.GetValue(dryRun));
            var result = await RepairUseCases.RepairIndexAsync(context.Environment, request, context.Cancellation);
            RepairRendering.Print(context.Output, result, request.IsDryRun);
            return SnapshotsCommand.ExitCodeOf(result.Problems);
        });
        return command;
    }
}
