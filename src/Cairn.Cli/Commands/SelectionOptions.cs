using System.CommandLine;
using System.CommandLine.Parsing;
using Cairn.App;
using Cairn.App.Selecting;

namespace Cairn.Cli.Commands;

/// <summary>What of the sources is meant. Rules count in the order in which they stand on the command line.</summary>
sealed class SelectionOptions
{
    const string Dashes = "--";

    readonly Option<string?> _filesFrom = new("--files-from")
    {
        Description = "Only what this file lists (- is standard input), with the directories above it",
        HelpName = "FILE",
    };

    readonly Option<bool> _nullSeparator = new("--null-separator")
    {
        Description = "Lists have NUL between their entries, as find -print0 makes it",
    };

    readonly Option<bool> _likeDuplicity = new("--like-duplicity")
    {
        Description = "Leave out what no rule decides where an include rule could match, as duplicity does",
    };

    readonly Dictionary<string, string> _kinds = [];

    public void AddTo(Command command)
    {
        Add(command, RuleText.Include, "PATTERN", "Include what matches, before later rules leave it out");
        Add(command, RuleText.Exclude, "PATTERN",
            "Leave out what matches: *.o, /home/*/.cache, build/; the first rule that matches decides", "-e");
        Add(command, RuleText.IncludeRegexp, "REGEXP", "The same by a regular expression for the path");
        Add(command, RuleText.ExcludeRegexp, "REGEXP", "The same by a regular expression for the path");
        Add(command, RuleText.IncludeFilelist, "FILE", "Patterns, one a line, + or - in front; # begins a comment");
        Add(command, RuleText.ExcludeFilelist, "FILE", "The same, for lines with neither + nor - leaving out");
        Add(command, RuleText.ExcludeIfPresent, "NAME", "Leave out directories that have something of this name");
        AddFlag(command, RuleText.ExcludeCaches, "Leave out directories that CACHEDIR.TAG marks as caches");
        Add(command, RuleText.ExcludeLargerThan, "SIZE", "Leave out files of more bytes: 100M, 1.5G");
        Add(command, RuleText.ExcludeOlderThan, "TIME", "Leave out files modified before that time: 1Y, 2026-01-31");
        AddFlag(command, RuleText.ExcludeDeviceFiles, "Leave out device files");
        command.Add(_filesFrom);
        command.Add(_nullSeparator);
        command.Add(_likeDuplicity);
    }

    /// <param name="input">Standard input, read only for a list that is called -.</param>
    public SelectionRequest Request(ParseResult parsed, Stream input)
    {
        var rules = new List<RuleText>();
        string? kind = null;
        foreach (var token in parsed.Tokens)
        {
            if (token.Type == TokenType.Option && _kinds.GetValueOrDefault(token.Value) is { } option)
            {
                kind = RuleText.WithArgument.Contains(option) ? option : null;
                if (kind is null)
                    rules.Add(new RuleText(option, default));
            }
            else if (token.Type == TokenType.Argument && kind is not null)
            {
                if (token.Value.Length == 0)
                    throw new UsageException($"{Dashes}{kind} needs more than an empty text");
                rules.Add(new RuleText(kind, CommonOptions.ToBytes(token.Value)));
                kind = null;
            }
            else
                kind = null;
        }
        return new SelectionRequest
        {
            Rules = rules, FilesFrom = parsed.GetValue(_filesFrom), NullSeparated = parsed.GetValue(_nullSeparator),
            LikeDuplicity = parsed.GetValue(_likeDuplicity), Input = input,
        };
    }

    void Add(Command command, string kind, string argument, string description, params string[] aliases) =>
        Add(command, kind, new Option<string[]>(Dashes + kind, aliases)
        {
            Description = description, HelpName = argument, Arity = ArgumentArity.OneOrMore,
        });

    void AddFlag(Command command, string kind, string description) =>
        Add(command, kind, new Option<bool>(Dashes + kind) { Description = description, Arity = ArgumentArity.Zero });

    void Add(Command command, string kind, Option option)
    {
        foreach (var name in option.Aliases.Append(option.Name))
            _kinds[name] = kind;
        command.Add(option);
    }
}
