using System.CommandLine;
using Cairn.App.Selecting;
using Cairn.Cli.Rendering;

namespace Cairn.Cli.Commands;

static class ExplainCommand
{
    public static Command Create(GlobalOptions global)
    {
        var command = new Command("explain", "Say whether a backup would take a path, and which rule decides");
        var path = new Argument<string>("PATH") { Description = "File or directory; it need not be there" };
        var sources = new Option<string[]>("--source")
        {
            Description = "What would be backed up (paths: of the configuration, else /); may be repeated",
            HelpName = "PATH",
        };
        var selection = new SelectionOptions();
        command.Add(path);
        var job = new Option<string?>("--job", "-j")
        {
            Description = "Go by the paths and rules of this job of the configuration", HelpName = "NAME",
        };
        var oneFileSystem = CommonOptions.OneFileSystem();
        var followLinks = CommonOptions.FollowLinks();
        foreach (var option in new Option[] { sources, job, oneFileSystem, followLinks })
            command.Add(option);
        selection.AddTo(command);
        CommandRunner.Handle(command, global, async context =>
        {
            var parsed = context.Parsed;
            await using var input = Console.OpenStandardInput();
            var request = new ExplainRequest
            {
                Access = global.Access(parsed), Path = CommonOptions.ToBytes(parsed.GetRequiredValue(path)),
                Sources = CommonOptions.ToBytes(parsed.GetValue(sources)),
                Selection = selection.Request(parsed, input), Job = parsed.GetValue(job),
                OneFileSystem = parsed.GetValue(oneFileSystem), FollowsLinks = parsed.GetValue(followLinks),
            };
            ExplainRendering.Print(context.Output, ExplainUseCase.Run(context.Environment, request));
            return ExitCodes.Ok;
        });
        return command;
    }
}
