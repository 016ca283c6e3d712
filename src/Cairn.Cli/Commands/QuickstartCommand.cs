using System.CommandLine;
using Cairn.App.Setup;
using Cairn.Cli.Rendering;
using Cairn.Engine.Primitives;

namespace Cairn.Cli.Commands;

static class QuickstartCommand
{
    public static Command Create(GlobalOptions global)
    {
        var command = new Command("quickstart",
            "Try it: make a repository in the data folder, back up, check, and read a file back");
        var folder = new Argument<string>("DIR") { Description = "What to back up" };
        command.Add(folder);
        CommandRunner.Handle(command, global, async context =>
        {
            var request = new QuickstartRequest
            {
                Folder = CommonOptions.ToBytes(context.Parsed.GetRequiredValue(folder)),
                Made = setup => PrintSetup(context.Output, setup),
                BackedUp = backup => Print(context.Output, () => BackupRendering.Print(context.Output, backup)),
                Checked = check => Print(context.Output, () => CheckRendering.Print(context.Output, check)),
            };
            var report = await QuickstartUseCase.RunAsync(context.Environment, request, context.Cancellation);
            PrintNext(context.Output, report, context.Parsed.GetRequiredValue(folder));
            return ExitCodes.Gravest(CheckCommand.ExitCodeOf(report.Check), BackupCommand.ExitCodeOf(report.Backup));
        });
        return command;
    }

    // At once, so that it stands before what the next step says of itself.
    static void Print(Output output, Action print)
    {
        print();
        output.Flush();
    }

    static void PrintSetup(Output output, QuickstartSetup setup)
    {
        output.Summary($"{(setup.IsFound ? "found the" : "made a")} repository at {setup.Location}");
        output.Summary("                 on a disk of this machine: good for trying, gone with the disk");
        output.Summary($"  configuration: {setup.ConfigurationFile}");
        output.Summary($"  passphrase:    {setup.PassphraseFile}");
        output.Summary("                 generated, so that nobody need type it. While this file is here");
        output.Summary("                 this machine can read its backups; one without it cannot");
        output.Summary($"  recovery key:  {setup.RecoveryFile}");
        output.Summary("                 copy both to another place, then delete the recovery key here");
    }

    static void PrintNext(Output output, QuickstartReport report, string folder)
    {
        output.Summary(report.Compared is { } path
            ? $"read {path} back from the snapshot: it is the same"
            : "there was no file to read back and compare");
        output.Summary("");
        output.Summary("next:");
        var quoted = ShellWord.Quote(Path.GetFullPath(folder));
        (string Command, string Meaning)[] next =
        [
            ($"./cairn quickstart {quoted}", "again: stores only what changed"),
            ("./cairn snapshots", "what is there to restore"),
            ($"./cairn ls -R latest:{quoted}", "what is in it"),
            ($"./cairn restore latest:{quoted} --target NEW_FOLDER", "everything back"),
        ];
        foreach (var (command, meaning) in next)
            output.Summary($"  {command}\n      {meaning}");
        output.Event("quickstart", writer =>
        {
            writer.WriteString("repository", report.Location);
            writer.WriteBoolean("created", report.Setup is not null);
            if (report.Compared is not null)
                writer.WriteString("compared", report.Compared);
        });
    }
}
