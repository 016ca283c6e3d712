using System.CommandLine;
using Cairn.App;
using Cairn.App.Access;
using Cairn.App.Snapshots;

namespace Cairn.Cli.Commands;

/// <summary>For commands that read: the repository as it was, on a store that keeps versions.</summary>
sealed class AsOfOption
{
    readonly Option<string?> _option = new("--as-of")
    {
        Description = "See the repository as the store had it then, before anybody hid, overwrote or pruned",
        HelpName = "TIME",
    };

    public void AddTo(Command command) => command.Add(_option);

    public AccessOptions Apply(CommandContext context, AccessOptions access)
    {
        if (context.Parsed.GetValue(_option) is not { } text)
            return access;
        var time = TimeExpression.TryParse(text, context.Environment.Time) ?? throw new UsageException(
            $"\"{text}\" is no time", "times are like 2026-01-31, 2026-01-31T07:00:00 or 3D (three days ago)");
        return access with { AsOf = time };
    }
}
