using System.CommandLine;
using Cairn.App.Reading;
using Cairn.App.Snapshots;
using Cairn.Cli.Rendering;

namespace Cairn.Cli.Commands;

static class ListCommand
{
    public static Command Create(GlobalOptions global)
    {
        var command = new Command("ls", "List the files of a snapshot");
        var keys = new KeyOptions();
        var snapshot = CommonOptions.Snapshot();
        var host = CommonOptions.Host();
        var recursive = new Option<bool>("--recursive", "-R") { Description = "Whole subtrees" };
        var details = new Option<bool>("--long", "-l") { Description = "With mode, owner, size and time" };
        var created = new Option<bool>("--created")
        {
            Description = "With the time of creation, where it is known, in place of the last change's",
        };
        command.Add(snapshot);
        command.Add(host);
        command.Add(recursive);
        command.Add(details);
        command.Add(created);
        var asOf = new AsOfOption();
        asOf.AddTo(command);
        keys.AddTo(command, withRecoveryKey: true);
        CommandRunner.Handle(command, global, async context =>
        {
            var request = new ListRequest
            {
                Access = asOf.Apply(context, keys.Access(context.Parsed, global)), Host = context.Parsed.GetValue(host),
                Snapshot = SnapshotReference.Parse(context.Parsed.GetRequiredValue(snapshot), context.Environment.Time),
                IsRecursive = context.Parsed.GetValue(recursive),
            };
            var showsBorn = context.Parsed.GetValue(created);
            var isLong = showsBorn || context.Parsed.GetValue(details);
            var output = context.Output;
            await ListUseCase.RunAsync(
                context.Environment, request,
                (_, entry) =>
                {
                    output.Result(EntryText.Line(entry.Path.Span, entry.Entry, isLong, showsBorn));
                    output.Event("entry", writer => EntryText.Write(writer, entry.Path.Span, entry.Entry));
                },
                context.Cancellation);
            return ExitCodes.Ok;
        });
        return command;
    }
}
