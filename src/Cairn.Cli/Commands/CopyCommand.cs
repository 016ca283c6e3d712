using System.CommandLine;
using Cairn.App;
using Cairn.App.Copy;
using Cairn.App.Hosts;
using Cairn.App.Snapshots;
using Cairn.Cli.Rendering;

namespace Cairn.Cli.Commands;

static class CopyCommand
{
    public static Command Create(GlobalOptions global)
    {
        var command = new Command("copy", "Copy snapshots from one repository into another, with other keys");
        var snapshots = new Argument<string[]>("SNAPSHOT")
        {
            Description = "\"latest\", an id or at least 4 digits of one, or @TIME; without one all are copied",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var from = new Option<string?>("--from")
        {
            Description = "Copy from this repository into the one of -r", HelpName = "REPOSITORY",
        };
        var to = new Option<string?>("--to")
        {
            Description = "Copy from the repository of -r into this one", HelpName = "REPOSITORY",
        };
        var filter = new SnapshotFilterOptions();
        var trust = CommonOptions.Trust();
        var dryRun = CommonOptions.DryRun("Say what is missing, but read no contents and store nothing");
        var dataClass = CommonOptions.DataClass();
        var (keys, fromKeys) = (new KeyOptions(), KeyOptions.From());
        command.Add(snapshots);
        foreach (var option in new Option[] { from, to, trust, dryRun, dataClass })
            command.Add(option);
        filter.AddTo(command);
        keys.AddTo(command, withRecoveryKey: true);
        fromKeys.AddTo(command, withRecoveryKey: true);
        CommandRunner.Handle(command, global, async context =>
        {
            var parsed = context.Parsed;
            var request = Between(parsed.GetValue(from), parsed.GetValue(to), context, global, keys, fromKeys);
            request = request with
            {
                Target = request.Target with { DataClass = parsed.GetValue(dataClass) },
                Snapshots = [.. (parsed.GetValue(snapshots) ?? [])
                    .Select(text => SnapshotReference.Parse(text, context.Environment.Time))],
                Filter = filter.IsUsed(parsed) ? filter.Filter(context) : SnapshotFilter.Everything,
                Trust = parsed.GetValue(trust) is { } who ? TrustSetting.Parse(who) : null,
                IsDryRun = parsed.GetValue(dryRun),
            };
            var report = await CopyUseCase.RunAsync(context.Environment, request, context.Cancellation);
            CopyRendering.Print(context.Output, report);
            return ExitCodeOf(report);
        });
        return command;
    }

    internal static int ExitCodeOf(CopyReport report) => report.IsDamaged ? ExitCodes.Damage : ExitCodes.Ok;

    // The key is that of the repository which is read from; to write, this machine's credential is enough.
    static CopyRequest Between(
        string? from, string? to, CommandContext context, GlobalOptions global, KeyOptions keys, KeyOptions fromKeys)
    {
        var parsed = context.Parsed;
        switch (from, to)
        {
            case ({ } source, null):
                if (keys.AreGiven(parsed))
                    throw new UsageException(
                        $"the key that is needed is the one of {source}",
                        "give it with options that begin with --from-, like --from-passphrase-file");
                return new CopyRequest
                {
                    Source = fromKeys.Access(parsed, global) with { Repository = source, IsOther = true },
                    Target = global.Access(parsed),
                };
            case (null, { } target):
                if (fromKeys.AreGiven(parsed))
                    throw new UsageException("options that begin with --from- go with --from");
                return new CopyRequest
                {
                    Source = keys.Access(parsed, global), Target = global.Access(parsed) with { Repository = target },
                };
            default:
                throw new UsageException(
                    "a copy needs the other repository",
                    "name it with --from REPOSITORY or with --to REPOSITORY; the one of -r is the other end");
        }
    }
}
