using System.CommandLine;
using Cairn.App;
using Cairn.App.Setup;
using Cairn.Cli.Rendering;

namespace Cairn.Cli.Commands;

static class ConfigCommand
{
    public static Command Create(GlobalOptions global)
    {
        var command = new Command("config", "Show what is configured");
        var show = new Command("show", "What is in force, and where it comes from");
        CommandRunner.Handle(show, global, context =>
        {
            var access = global.Access(context.Parsed);
            foreach (var setting in ConfigUseCase.Show(context.Environment, access))
            {
                var value = setting.Values.Count == 0 ? "-" : string.Join(", ", setting.Values);
                context.Output.Result($"{setting.Name + ":",-15}{value}  ({setting.Origin})");
                context.Output.Event("setting", writer =>
                {
                    writer.WriteString("name", setting.Name);
                    writer.WriteNames("values", setting.Values);
                    writer.WriteString("origin", setting.Origin);
                });
            }
            return Task.FromResult(ExitCodes.Ok);
        });
        var paths = new Command("paths", "Where Cairn keeps what on this machine");
        CommandRunner.Handle(paths, global, context =>
        {
            foreach (var path in ConfigUseCase.Paths(context.Environment))
            {
                context.Output.Result($"{path.Name + ":",-15}{path.Path}");
                context.Output.Event("path", writer =>
                {
                    writer.WriteString("name", path.Name);
                    writer.WriteString("path", path.Path);
                });
            }
            return Task.FromResult(ExitCodes.Ok);
        });
        command.Add(show);
        command.Add(paths);
        return command;
    }
}
