using System.CommandLine;
using System.CommandLine.Parsing;
using Cairn.App;
using Cairn.App.Text;

namespace Cairn.Cli;

/// <summary>Tells of commands and options that do not exist, where the parser takes them for something else.</summary>
static class Mistyped
{
    public static UsageException? Find(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var help = $"see: {NameOf(parsed.CommandResult)} --help";
        if (command.Subcommands.Count > 0)
            return parsed.UnmatchedTokens.Count == 0
                ? parsed.Errors.Count > 0 ? new UsageException("no command is given", help) : null
                : Unknown("command", parsed.UnmatchedTokens[0], Names(command.Subcommands), help);
        return FindOption(parsed) is { } option
            ? Unknown(
                "option", option, Names(OptionsOf(parsed.CommandResult)),
                $"{help}; a file of that name is ./{option}, or comes behind --")
            : null;
    }

    /// <summary>A program's name, and of its commands that were given.</summary>
    public static string NameOf(CommandResult command)
    {
        var names = new Stack<string>();
        for (SymbolResult? result = command; result is CommandResult one; result = result.Parent)
            names.Push(one.Command is RootCommand ? "cairn" : one.Command.Name);
        return string.Join(' ', names);
    }

    // The parser takes an option that it does not know for an argument: a file that is to be backed up.
    static string? FindOption(ParseResult parsed)
    {
        var literal = parsed.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash).ToHashSet();
        return parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens)
            .FirstOrDefault(token => token.Value is ['-', _, ..] && !literal.Contains(token))?.Value;
    }

    static IEnumerable<Option> OptionsOf(CommandResult command) =>
        command.Parent is CommandResult above
            ? command.Command.Options.Concat(OptionsOf(above).Where(option => option.Recursive))
            : command.Command.Options;

    static IEnumerable<string> Names(IEnumerable<Symbol> symbols) =>
        symbols.Where(symbol => !symbol.Hidden).Select(symbol => symbol.Name);

    static UsageException Unknown(string what, string given, IEnumerable<string> known, string hint)
    {
        var name = given.Split('=')[0];
        return new UsageException(
            $"unknown {what} {name}"
            + (NearestName.Find(name, known) is { } nearest ? $", did you mean {nearest}" : ""),
            hint);
    }
}
