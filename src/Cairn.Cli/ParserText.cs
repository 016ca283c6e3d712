using System.Text.RegularExpressions;

namespace Cairn.Cli;

/// <summary>What the parser of the command line says, in the words of the rest: it speaks of types of the
/// runtime.</summary>
static partial class ParserText
{
    public static string Of(string message)
    {
        message = message.ReplaceLineEndings(" ").TrimEnd();
        if (WrongType().Match(message) is { Success: true } wrong)
            return $"\"{wrong.Groups[1].Value}\" is no number for {wrong.Groups[2].Value}";
        if (NoArgument().Match(message) is { Success: true } bare)
            return $"{bare.Groups[2].Value} needs {(bare.Groups[1].Success ? bare.Groups[1].Value : "a value")}";
        if (NotOneOf().Match(message) is { Success: true } other)
            return $"\"{other.Groups[1].Value}\" is none of: "
                + string.Join(", ", Quoted().Matches(other.Groups[2].Value).Select(match => match.Groups[1].Value));
        if (Required().Match(message) is { Success: true } required)
            return $"{required.Groups[1].Value} is needed";
        return Surplus().Match(message) is { Success: true } surplus
            ? $"\"{surplus.Groups[1].Value}\" is more than this command takes"
            : message;
    }

    [GeneratedRegex("^Cannot parse argument '(.*)' for (?:option|command) '(.*)' as expected type .*$")]
    private static partial Regex WrongType();

    [GeneratedRegex("^Required argument (?:'(.*)' )?missing for (?:option|command): '(.*)'\\.?$")]
    private static partial Regex NoArgument();

    [GeneratedRegex("^Argument '(.*)' not recognized\\. Must be one of:(.*)$")]
    private static partial Regex NotOneOf();

    [GeneratedRegex("'([^']*)'")]
    private static partial Regex Quoted();

    [GeneratedRegex("^Option '(.*)' is required\\.?$")]
    private static partial Regex Required();

    [GeneratedRegex("^Unrecognized command or argument '(.*)'\\.?$")]
    private static partial Regex Surplus();
}
