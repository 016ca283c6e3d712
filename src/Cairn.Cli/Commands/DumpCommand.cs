using System.CommandLine;
using Cairn.App;
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
        var through = new Option<bool>("--through")
        {
            Description = "Pipe a stream through the command that its snapshotter gave, once you have agreed to it",
        };
        var agreed = new Option<bool>("--yes")
        {
            Description = "With --through: do not ask; whoever can write to the repository can write such a command",
        };
        command.Add(through);
        command.Add(agreed);
        var asOf = new AsOfOption();
        asOf.AddTo(command);
        keys.AddTo(command, withRecoveryKey: true);
        CommandRunner.Handle(command, global, async context =>
        {
            context.Output.IsContentOnOutput = true;
            var request = new DumpRequest
            {
                Access = asOf.Apply(context, keys.Access(context.Parsed, global)), Host = context.Parsed.GetValue(host),
                Snapshot = SnapshotReference.Parse(context.Parsed.GetRequiredValue(snapshot), context.Environment.Time),
            };
            if (context.Parsed.GetValue(through))
            {
                await DumpThroughUseCase.RunAsync(
                    context.Environment, request, shown => Agrees(context, shown, context.Parsed.GetValue(agreed)),
                    context.Cancellation);
                return ExitCodes.Ok;
            }
            if (context.Parsed.GetValue(agreed))
                throw new UsageException("--yes goes with --through only");
            await DumpUseCase.RunAsync(context.Environment, request, context.Output.Content, context.Cancellation);
            return ExitCodes.Ok;
        });
        return command;
    }

    static bool Agrees(CommandContext context, string shown, bool hasAgreed)
    {
        context.Output.Notice($"the command is: {shown}");
        if (hasAgreed)
            return true;
        var prompt = context.Environment.Prompt ?? throw new RefusedException(
            $"a command from a repository is run only if somebody agrees, and there is no terminal to ask on: {shown}",
            "if it is what you expect, add --yes");
        return prompt.Confirm("Run it? [y/N] ", context.Cancellation);
    }
}
