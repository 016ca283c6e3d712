using System.CommandLine;
using System.Text;
using Cairn.App;
using Cairn.App.Access;
using Cairn.App.Configuration;
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
        command.Add(CreateCheck(global));
        command.Add(CreateSchema(global));
        return command;
    }

    static Command CreateCheck(GlobalOptions global)
    {
        var check = new Command("check", "Look for mistakes in the configuration; status 2 if there are any");
        var file = new Argument<string?>("FILE")
        {
            Description = "The one in force if not given", Arity = ArgumentArity.ZeroOrOne,
        };
        check.Add(file);
        CommandRunner.Handle(check, global, context =>
        {
            var report = ConfigUseCase.Check(context.Environment, context.Parsed.GetValue(file));
            foreach (var problem in report.Problems)
            {
                context.Output.Warning(problem);
                context.Output.Event("problem", writer =>
                {
                    writer.WriteString("message", problem);
                    writer.WriteBoolean("isError", value: true);
                });
            }
            if (report.File is null)
                context.Output.Summary("there is no configuration file, and none is needed");
            else if (report.Problems.Count == 0)
                context.Output.Summary($"{report.File}: no mistakes");
            return Task.FromResult(report.Problems.Count == 0 ? ExitCodes.Ok : ExitCodes.Usage);
        });
        return check;
    }

    static Command CreateSchema(GlobalOptions global)
    {
        var schema = new Command("schema", "Print a JSON Schema of the configuration, for editors");
        CommandRunner.Handle(schema, global, context =>
        {
            // The schema is JSON itself: it is the result with --json too.
            context.Output.Content.Write(Encoding.UTF8.GetBytes(ConfigurationSchema.Print() + "\n"));
            return Task.FromResult(ExitCodes.Ok);
        });
        return schema;
    }
}
