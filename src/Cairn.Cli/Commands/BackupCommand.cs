using System.CommandLine;
using Cairn.App;
using Cairn.App.Backup;
using Cairn.App.Hosts;
using Cairn.App.Jobs;
using Cairn.Cli.Rendering;

namespace Cairn.Cli.Commands;

static class BackupCommand
{
    public static Command Create(GlobalOptions global)
    {
        var command = new Command("backup", "Back up paths, standard input, or what a command prints");
        var paths = new Argument<string[]>("PATH") { Description = "Files and directories",
            Arity = ArgumentArity.ZeroOrMore };
        var stdin = new Option<string?>("--stdin") { Description = "Store standard input under this name",
            HelpName = "NAME" };
        var program = new Option<string?>("--command")
        {
            Description = "Store what this shell command prints, if it succeeds", HelpName = "COMMAND",
        };
        var name = new Option<string?>("--name")
        {
            Description = "Name of the source (host and paths); for --command of its stream too", HelpName = "NAME",
        };
        var tags = CommonOptions.Tags("Label of the snapshot; may be repeated");
        var selection = new SelectionOptions();
        var treatment = new TreatmentOptions();
        var oneFileSystem = CommonOptions.OneFileSystem();
        var reading = new ReadingOptions();
        var trust = CommonOptions.Trust();
        var dryRun = CommonOptions.DryRun("Walk, compare and read, but store nothing");
        var spool = new SpoolOptions();
        var jobs = new JobOptions();
        command.Add(paths);
        foreach (var option in new Option[]
            { jobs.Names, stdin, program, name, tags, oneFileSystem, trust, jobs.Rebaseline, dryRun })
            command.Add(option);
        spool.AddTo(command);
        selection.AddTo(command);
        treatment.AddTo(command);
        reading.AddTo(command);
        CommandRunner.Handle(command, global, async context =>
        {
            var parsed = context.Parsed;
            var access = spool.Read(parsed, global.Access(parsed));
            var isSelfMade = parsed.GetValue(paths) is { Length: > 0 } || parsed.GetValue(oneFileSystem)
                || !selection.Request(parsed, Stream.Null).IsEmpty || !treatment.Request(parsed).IsUsual
                || new[] { stdin, program, name }.Any(option => parsed.GetValue(option) is not null);
            if (jobs.AreMeant(context, isSelfMade))
                return await JobsCommand.RunAsync(context, reading.Read(parsed, new JobsRequest
                {
                    Access = access,
                    Names = parsed.GetValue(jobs.Names) ?? [], Tags = parsed.GetValue(tags) ?? [],
                    Trust = parsed.GetValue(trust) is { } who ? TrustSetting.Parse(who) : null,
                    IsDryRun = parsed.GetValue(dryRun), IsRebaseline = parsed.GetValue(jobs.Rebaseline),
                    CountsAhead = context.Output.ShowsProgress,
                }));
            var streamName = parsed.GetValue(stdin);
            await using var input = Console.OpenStandardInput();
            var request = reading.Read(parsed, new BackupRequest
            {
                Access = access,
                Paths = CommonOptions.ToBytes(parsed.GetValue(paths)), StandardInputName = streamName,
                Input = streamName is null ? null : input,
                Command = parsed.GetValue(program), Name = parsed.GetValue(name), Tags = parsed.GetValue(tags) ?? [],
                Selection = selection.Request(parsed, input), Treatment = treatment.Request(parsed),
                Trust = parsed.GetValue(trust) is { } whom ? TrustSetting.Parse(whom) : null,
                OneFileSystem = parsed.GetValue(oneFileSystem),
                IsDryRun = parsed.GetValue(dryRun),
                CountsAhead = context.Output.ShowsProgress,
            });
            context.Watch = await BackupWatch.StartAsync(context, request);
            var report = await BackupUseCase.RunAsync(context.Environment, request, context.Cancellation);
            context.Watch?.Done(report);
            BackupRendering.Print(context.Output, report);
            return ExitCodeOf(report);
        });
        return command;
    }

    internal static int ExitCodeOf(BackupReport report) =>
        report.Result.IsPartial || report.Result.Problems.Any(problem => problem.IsError) ? ExitCodes.Warnings
            : ExitCodes.Ok;
}
