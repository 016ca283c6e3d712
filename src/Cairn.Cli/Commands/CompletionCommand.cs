using System.CommandLine;
using System.Text;
using Cairn.Cli.Documentation;

namespace Cairn.Cli.Commands;

/// <summary>Completion in shells: each asks the program itself, so that it is never out of date.</summary>
static class CompletionCommand
{
    public static Command Create(GlobalOptions global)
    {
        var command = new Command("completion", "Print a script that teaches a shell to complete commands");
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong([.. CompletionScripts.Shells]);
        command.Add(shell);
        CommandRunner.Handle(command, global, context =>
        {
            var script = CompletionScripts.Of(context.Parsed.GetRequiredValue(shell));
            context.Output.Content.Write(Encoding.UTF8.GetBytes(script));
            return Task.FromResult(ExitCodes.Ok);
        });
        return command;
    }

    /// <summary>What the scripts call: a line up to the cursor in, what may stand there out.</summary>
    public static Command CreateSuggest(RootCommand root)
    {
        var command = new Command("suggest", "What a command line may go on with") { Hidden = true };
        var line = new Argument<string>("LINE");
        command.Add(line);
        command.SetAction(parsed =>
        {
            foreach (var suggestion in Suggestions.For(root, parsed.GetRequiredValue(line)))
                Console.Out.Write(suggestion + "\n");
            return ExitCodes.Ok;
        });
        return command;
    }
}
