using System.CommandLine;
using Cairn.App.Setup;
using Cairn.Cli.Rendering;

namespace Cairn.Cli.Commands;

static class QuickstartCommand
{
    public static Command Create(GlobalOptions global)
    {
        var command = new Command("quickstart",
            "Make a repository in the data folder, back up, check, and read a file back")
        {
            Hidden = true,
        };
        var folder = new Argument<string>("DIR") { Description = "What to back up" };
        command.Add(folder);
        CommandRunner.Handle(command, global, async context =>
        {
            var request = new QuickstartRequest { Folder = CommonOptions.ToBytes(
                context.Parsed.GetRequiredValue(folder)) };
            var report = await QuickstartUseCase.RunAsync(
                context.Environment, request, setup => PrintSetup(context.Output, setup), context.Cancellation);
            BackupRendering.Print(context.Output, report.Backup);
            CheckCommand.Print(context.Output, report.Check);
            PrintNext(context.Output, report, context.Parsed.GetRequiredValue(folder));
            return ExitCodes.Gravest(CheckCommand.ExitCodeOf(report.Check), BackupCommand.ExitCodeOf(report.Backup));
        });
        return command;
    }

    static void PrintSetup(Output output, QuickstartSetup setup)
    {
        output.Summary($"made a repository at {setup.Location}");
        output.Summary($"  configuration: {setup.ConfigurationFile}");
        output.Summary($"  passphrase:    {setup.PassphraseFile}");
        output.Summary("                 generated, readable by you only: later runs need nobody to type it");
        output.Summary($"  recovery key:  {setup.RecoveryFile}");
        output.Summary("                 copy both away from this machine, then delete this one");
    }

    static void PrintNext(Output output, QuickstartReport report, string folder)
    {
        output.Summary(report.Compared is { } path
            ? $"read {path} back from the snapshot: it is the same"
            : "there was no file to read back and compare");
        output.Summary("");
        output.Summary("next:");
        output.Summary($"  ./cairn quickstart {folder}                    again: stores only what changed");
        output.Summary("  ./cairn snapshots                             what is there to restore");
        output.Summary("  ./cairn ls latest                             what is in it");
        output.Summary("  ./cairn restore latest --target NEW_FOLDER    everything back");
        output.Event("quickstart", writer =>
        {
            writer.WriteString("repository", report.Location);
            writer.WriteBoolean("created", report.Setup is not null);
            if (report.Compared is not null)
                writer.WriteString("compared", report.Compared);
        });
    }
}
