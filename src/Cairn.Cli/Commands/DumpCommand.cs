using System.CommandLine;
using Cairn.App.Reading;
using Cairn.App.Snapshots;

namespace Cairn.Cli.Commands;

static class DumpCommand
{
    public static Command Create(GlobalOptions global)
    {
        var command = new Command("dump", "Write a file, a stream, or a directory as tar, to standard output");
        var keys = new KeyOptions();
        var snapshot = CommonOptions.Snapshot();
        var host = CommonOptions.Host();
        command.Add(snapshot);
        command.Add(host);
        keys.AddTo(command, withRecoveryKey: true);
        CommandRunner.Handle(command, global, async context =>
        {
            context.Output.IsContentOnOutput = true;
            var request = new DumpRequest
            {
                Access = keys.Access(context.Parsed, global), Host = context.Parsed.GetValue(host),
                Snapshot = SnapshotReference.Parse(context.Parsed.GetRequiredValue(snapshot), context.Environment.Time),
            };
            await DumpUseCase.RunAsync(context.Environment, request, context.Output.Content, context.Cancellation);
            return ExitCodes.Ok;
        });
        return command;
    }
}
