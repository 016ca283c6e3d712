using System.CommandLine;
using Cairn.App.Reading;
using Cairn.App.Snapshots;
using Cairn.Cli.Rendering;

namespace Cairn.Cli.Commands;

static class DiffCommand
{
    public static Command Create(GlobalOptions global)
    {
        var command = new Command("diff", "Show what changed between two snapshots; status 5 if anything did");
        var keys = new KeyOptions();
        var before = CommonOptions.Snapshot("BEFORE");
        var after = CommonOptions.Snapshot("AFTER[:PATH]");
        var host = CommonOptions.Host();
        command.Add(before);
        command.Add(after);
        command.Add(host);
        keys.AddTo(command, withRecoveryKey: true);
        CommandRunner.Handle(command, global, async context =>
        {
            var time = context.Environment.Time;
            var request = new DiffRequest
            {
                Access = keys.Access(context.Parsed, global), Host = context.Parsed.GetValue(host),
                Before = SnapshotReference.Parse(context.Parsed.GetRequiredValue(before), time),
                After = SnapshotReference.Parse(context.Parsed.GetRequiredValue(after), time),
            };
            var rendering = new DiffRendering(context.Output);
            var report = await DiffUseCase.RunAsync(
                context.Environment, request, rendering.Print, context.Cancellation);
            rendering.Print(report);
            return rendering.Differences > 0 ? ExitCodes.Differences : ExitCodes.Ok;
        });
        return command;
    }
}
