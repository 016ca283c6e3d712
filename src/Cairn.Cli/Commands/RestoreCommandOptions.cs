using System.CommandLine;
using Cairn.App.Restore;
using Cairn.Files.Restoring;

namespace Cairn.Cli.Commands;

/// <summary>What <c>restore</c> can be told besides the snapshot.</summary>
sealed class RestoreCommandOptions
{
    static readonly Dictionary<string, OverwriteRule> Rules = new(StringComparer.Ordinal)
    {
        ["never"] = OverwriteRule.Never, ["if-newer"] = OverwriteRule.IfNewer,
        ["if-changed"] = OverwriteRule.IfChanged, ["always"] = OverwriteRule.Always,
    };

    readonly Option<string?> _overwrite = new("--overwrite")
    {
        Description = "Into a directory with something in it: never, if-newer, if-changed (when no rule is given; also "
            + "goes on with a restore that was cut off), always",
        HelpName = "RULE", Arity = ArgumentArity.ZeroOrOne,
    };

    readonly Option<bool> _delete = new("--delete")
    {
        Description = "Make the target a mirror: delete what the snapshot does not have, after showing it",
    };

    readonly Option<bool> _yes = new("--yes", "-y") { Description = "Delete without asking" };

    readonly Option<string[]> _include = new("--include", "-i")
    {
        Description = "Only what matches, and what is in it; may be repeated", HelpName = "PATTERN",
    };

    readonly Option<string[]> _exclude = new("--exclude", "-e")
    {
        Description = "Leave out what matches, with what is in it; may be repeated", HelpName = "PATTERN",
    };

    readonly Option<string[]> _rename = new("--rename")
    {
        Description = "Put what would go to OLD below the target to NEW; may be repeated", HelpName = "OLD=NEW",
    };

    readonly Option<bool> _numericOwner = new("--numeric-owner") { Description = "Owners by number, not by name" };

    readonly Option<bool> _noOwner = new("--no-owner") { Description = "Everything belongs to who restores it" };

    readonly Option<bool> _dryRun = CommonOptions.DryRun("Say what would be restored and deleted, and stop there");

    public RestoreCommandOptions() => _overwrite.Validators.Add(result =>
    {
        if (result.Tokens is [var token] && !Rules.ContainsKey(token.Value))
            result.AddError(
                $"\"{token.Value}\" is no rule for --overwrite: it is {string.Join(", ", Rules.Keys)}; without one, "
                + "write it behind the snapshot");
    });

    public Option<string> Target { get; } = new("--target", "-t")
    {
        Description = "Directory to restore into", HelpName = "DIR", Required = true,
    };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[]
        {
            Target, _overwrite, _delete, _yes, _include, _exclude, _rename, _numericOwner, _noOwner, _dryRun,
        })
            command.Add(option);
    }

    public bool IsAgreed(ParseResult parsed) => parsed.GetValue(_yes);

    public RestoreRequest Read(ParseResult parsed, RestoreRequest request) => request with
    {
        Overwrite = parsed.GetResult(_overwrite) is null
            ? null
            : Rules[parsed.GetValue(_overwrite) ?? "if-changed"],
        Deletes = parsed.GetValue(_delete),
        Include = CommonOptions.ToBytes(parsed.GetValue(_include)),
        Exclude = CommonOptions.ToBytes(parsed.GetValue(_exclude)),
        Renames = CommonOptions.ToBytes(parsed.GetValue(_rename)),
        NumericOwner = parsed.GetValue(_numericOwner), NoOwner = parsed.GetValue(_noOwner),
        IsDryRun = parsed.GetValue(_dryRun),
    };
}
