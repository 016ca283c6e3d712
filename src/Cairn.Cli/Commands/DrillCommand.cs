using System.CommandLine;
using Cairn.App;
using Cairn.App.Drill;
using Cairn.App.Snapshots;
using Cairn.Cli.Rendering;

namespace Cairn.Cli.Commands;

static class DrillCommand
{
    public static Command Create(GlobalOptions global)
    {
        var command = new Command(
            "drill", "Prove that a restore works: restore another part each time, and compare it; status 5 if anything "
            + "differs");
        var keys = new KeyOptions();
        var snapshot = new Argument<string?>("SNAPSHOT")
        {
            Description = "Instead of the newest snapshot of each source", Arity = ArgumentArity.ZeroOrOne,
        };
        var host = new Option<string?>("--host")
        {
            Description = "Only what this machine backed up (all)", HelpName = "NAME",
        };
        var report = new Option<string?>("--report")
        {
            Description = "Add a line of JSON on this drill to this file", HelpName = "FILE",
        };
        var options = new DrillOptions();
        command.Add(snapshot);
        command.Add(host);
        options.AddTo(command);
        command.Add(report);
        keys.AddTo(command, withRecoveryKey: true);
        CommandRunner.Handle(command, global, async context =>
        {
            var parsed = context.Parsed;
            var request = options.Read(parsed, new DrillRequest
            {
                Access = keys.Access(parsed, global), Host = parsed.GetValue(host), Within = DrillOptions.WithinUsual,
                Snapshot = parsed.GetValue(snapshot) is { } text
                    ? SnapshotReference.Parse(text, context.Environment.Time) : null,
            });
            var file = parsed.GetValue(report) is { } path
                ? DrillReportFile.Open(context.Environment, CommonOptions.ToBytes(path)) : null;
            var result = await DrillUseCase.RunAsync(context.Environment, request, context.Cancellation);
            file?.Append(DrillRendering.Line(result, ExitCodeOf(result)).Span);
            DrillRendering.Print(context.Output, result);
            return ExitCodeOf(result);
        });
        return command;
    }

    internal static int ExitCodeOf(DrillReport report) => ExitCodes.Gravest(
        report.Count(DrillFindingKind.Damage) > 0 ? ExitCodes.Damage : ExitCodes.Ok,
        report.Count(DrillFindingKind.NotRestored) > 0 ? ExitCodes.Failed : ExitCodes.Ok,
        report.Count(DrillFindingKind.Difference) + report.Count(DrillFindingKind.SourceDifference) > 0
            ? ExitCodes.Differences : ExitCodes.Ok,
        report.Count(DrillFindingKind.Unread) > 0 || report.Parts.Any(part => part.Shortfalls.Count > 0)
            ? ExitCodes.Warnings : ExitCodes.Ok);
}

/// <summary>How much is drilled, where, and against what.</summary>
sealed class DrillOptions
{
    public static readonly TimeSpan WithinUsual = TimeSpan.FromDays(90);

    readonly Option<string?> _within = new("--within")
    {
        Description = "Take so much that everything was restored once in this time, however often this runs (90D)",
        HelpName = "TIME",
    };

    readonly Option<string?> _share = new("--share")
    {
        Description = "Take this share of each source instead", HelpName = "N%",
    };

    readonly Option<string?> _max = new("--max")
    {
        Description = "Restore about so much at most, and no file that is larger (10G)", HelpName = "SIZE",
    };

    readonly Option<string?> _target = new("--target")
    {
        Description = "Where the temporary directory is made ($TMPDIR, or /var/tmp)", HelpName = "DIR",
    };

    readonly Option<bool> _keep = new("--keep") { Description = "Leave what was restored" };

    readonly Option<bool> _againstSource = new("--against-source")
    {
        Description = "Compare also with the files of this machine that were backed up",
    };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _within, _share, _max, _target, _keep, _againstSource })
            command.Add(option);
    }

    public DrillRequest Read(ParseResult parsed, DrillRequest request) => request with
    {
        Within = parsed.GetValue(_within) is { } within ? Amounts.Time("--within", within) : request.Within,
        Share = parsed.GetValue(_share) is { } share ? ShareOf(share) : null,
        BytesMax = parsed.GetValue(_max) is { } max ? Amounts.Size("--max", max) : null,
        Target = parsed.GetValue(_target) is { } target
            ? CommonOptions.ToBytes(target)
            : default(ReadOnlyMemory<byte>?),
        Keeps = parsed.GetValue(_keep), AgainstSource = parsed.GetValue(_againstSource),
    };

    static double ShareOf(string text) => Shares.Parse("--share", text) is > 0 and var percent
        ? percent / 100
        : throw new UsageException("--share 0% would restore nothing", "it is more than 0% and at most 100%, like 5%");
}
