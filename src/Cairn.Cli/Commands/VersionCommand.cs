using System.CommandLine;
using Cairn.Cli.Rendering;

namespace Cairn.Cli.Commands;

static class VersionCommand
{
    public static Command Create(GlobalOptions global)
    {
        var command = new Command("version", "Print the version");
        // Without the surroundings of the other verbs: it has to work where nothing else does.
        command.SetAction(parsed =>
        {
            using var output = global.CreateOutput(parsed);
            output.Result($"cairn {VersionText.Version}");
            output.Event("version", writer =>
            {
                writer.WriteString("version", VersionText.Version);
                writer.WriteNumber("schema", JsonEvent.SchemaVersion);
            });
            return ExitCodes.Ok;
        });
        return command;
    }
}
