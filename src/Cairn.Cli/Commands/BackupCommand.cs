using System.CommandLine;
using Cairn.App;
using Cairn.App.Backup;
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
        var exclude = new Option<string[]>("--exclude", "-e")
        {
            Description = "Leave out what matches: *.o, /home/*/.cache, build/; may be repeated", HelpName = "PATTERN",
        };
        var oneFileSystem = new Option<bool>("--one-file-system",
            "-x") { Description = "Do not enter other file systems" };
        var force = new Option<bool>("--read-all") { Description = "Read files that look unchanged too" };
        var dryRun = CommonOptions.DryRun("Walk, compare and read, but store nothing");
        var dataClass = CommonOptions.DataClass();
        command.Add(paths);
        foreach (var option in new Option[]
            { stdin, program, name, tags, exclude, oneFileSystem, force, dryRun, dataClass })
            command.Add(option);
        CommandRunner.Handle(command, global, async context =>
        {
            var parsed = context.Parsed;
            var streamName = parsed.GetValue(stdin);
            await using var input = streamName is null ? null : Console.OpenStandardInput();
            var request = new BackupRequest
            {
                Access = global.Access(parsed) with { DataClass = parsed.GetValue(dataClass) },
                Paths = CommonOptions.ToBytes(parsed.GetValue(paths)), StandardInputName = streamName, Input = input,
                Command = parsed.GetValue(program), Name = parsed.GetValue(name), Tags = parsed.GetValue(tags) ?? [],
                Exclude = CommonOptions.ToBytes(parsed.GetValue(exclude)),
                OneFileSystem = parsed.GetValue(oneFileSystem),
                ReadsAll = parsed.GetValue(force), IsDryRun = parsed.GetValue(dryRun),
                CountsAhead = context.Output.ShowsProgress,
            };
            var report = await BackupUseCase.RunAsync(context.Environment, request, context.Cancellation);
            BackupRendering.Print(context.Output, report);
            return ExitCodeOf(report);
        });
        return command;
    }

    internal static int ExitCodeOf(BackupReport report) =>
        report.Result.IsPartial || report.Result.Problems.Any(problem => problem.IsError) ? ExitCodes.Warnings
            : ExitCodes.Ok;
}
