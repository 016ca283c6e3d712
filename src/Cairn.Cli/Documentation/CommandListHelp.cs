using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Cairn.Cli.Documentation;

/// <summary>The parser's help, in whose list of commands an argument that may be left out has brackets, as it has in
/// the line of usage.</summary>
sealed class CommandListHelp(SynchronousCommandLineAction help) : SynchronousCommandLineAction
{
    public static void ReplaceIn(Command root)
    {
        foreach (var option in root.Options.OfType<HelpOption>())
        {
            if (option.Action is SynchronousCommandLineAction help)
                option.Action = new CommandListHelp(help);
        }
    }

    public override int Invoke(ParseResult parseResult)
    {
        var configuration = parseResult.InvocationConfiguration;
        var output = configuration.Output;
        using var text = new StringWriter();
        configuration.Output = text;
        var code = help.Invoke(parseResult);
        configuration.Output = output;
        output.Write(WithBrackets(text.ToString(), parseResult.CommandResult.Command));
        return code;
    }

    static string WithBrackets(string text, Command command)
    {
        foreach (var inner in command.Subcommands)
        {
            foreach (var argument in inner.Arguments.Where(argument => argument.Arity.MinimumNumberOfValues == 0))
            {
                var label = $"  {inner.Name} <{argument.HelpName ?? argument.Name}>";
                text = text.Replace($"{label}  ", $"  {inner.Name} [<{argument.HelpName ?? argument.Name}>]",
                    StringComparison.Ordinal);
            }
        }
        return text;
    }
}
