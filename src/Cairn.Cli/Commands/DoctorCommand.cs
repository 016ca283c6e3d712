using System.CommandLine;
using Cairn.App.Doctor;
using Cairn.Cli.Rendering;
using Cairn.Storage.Probing;

namespace Cairn.Cli.Commands;

static class DoctorCommand
{
    public static Command Create(GlobalOptions global)
    {
        var command = new Command("doctor", "Look what the store of the repository really does, by doing it");
        CommandRunner.Handle(command, global, async context =>
        {
            var access = global.Access(context.Parsed);
            var report = await DoctorUseCase.RunAsync(context.Environment, access, context.Cancellation);
            foreach (var line in report.Lines)
                PlaceRendering.Print(context.Output, line);
            context.Output.Event("summary", writer =>
            {
                writer.WriteString("command", "doctor");
                writer.WriteString("repository", report.Location);
                writer.WriteBoolean("usable", IsUsable(report));
            });
            return IsUsable(report) ? ExitCodes.Ok : ExitCodes.Store;
        });
        return command;
    }

    static bool IsUsable(DoctorReport report) =>
        report.Lines.All(line => line.Verdict != ProbeVerdict.Bad)
        && report.Lines[0].Verdict == ProbeVerdict.Good;
}
