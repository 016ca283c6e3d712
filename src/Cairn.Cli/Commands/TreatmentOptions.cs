using System.CommandLine;
using Cairn.App.Selecting;

namespace Cairn.Cli.Commands;

/// <summary>What a backup does with files that were selected.</summary>
sealed class TreatmentOptions
{
    readonly Option<bool> _followLinks = CommonOptions.FollowLinks();

    readonly Option<string[]> _skipDelete = new("--skip-delete")
    {
        Description = "What matches stays in the next snapshots when it is gone from the source; may be repeated",
        HelpName = "PATTERN", DefaultValueFactory = _ => [],
    };

    readonly Option<string[]> _compress = new("--compress")
    {
        Description = "How hard to compress what matches, 1 to 19, or not at all: '*.log=12', '*.mp4=none'; the first "
            + "that matches decides (3)",
        HelpName = "PATTERN=LEVEL|none", DefaultValueFactory = _ => [],
    };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _followLinks, _skipDelete, _compress })
            command.Add(option);
    }

    public TreatmentRequest Request(ParseResult parsed) => new()
    {
        FollowsLinks = parsed.GetValue(_followLinks),
        SkipDelete = CommonOptions.ToBytes(parsed.GetValue(_skipDelete)),
        Compress = CommonOptions.ToBytes(parsed.GetValue(_compress)),
    };
}
