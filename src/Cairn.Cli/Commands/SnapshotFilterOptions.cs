using System.CommandLine;
using Cairn.App;
using Cairn.App.Snapshots;

namespace Cairn.Cli.Commands;

/// <summary>Options that choose among snapshots, for the verbs that look at several.</summary>
sealed class SnapshotFilterOptions
{
    const string TimeForms = "times are like 2026-01-31, 2026-01-31T07:00:00+02:00, now, or 3D2h for that long ago";

    readonly Option<string?> _host = new("--host") { Description = "Only those of this machine", HelpName = "NAME" };
    readonly Option<string?> _source = new("--source")
    {
        Description = "Only those of this source: its name, or a path it was made of", HelpName = "NAME",
    };

    readonly Option<string[]> _tags = CommonOptions.Tags("Only those with this label; may be repeated");
    readonly Option<int?> _latest = new("--latest")
    {
        Description = "Only the newest N of each machine and source", HelpName = "N",
    };

    readonly Option<string?> _since = new("--since") { Description = "Only those not older", HelpName = "TIME" };
    readonly Option<string?> _until = new("--until") { Description = "Only those not younger", HelpName = "TIME" };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _host, _source, _tags, _latest, _since, _until })
            command.Add(option);
    }

    /// <summary>Whether any of them was given.</summary>
    public bool IsUsed(ParseResult parsed) => new Option[] { _host, _source, _tags, _latest, _since, _until }
        .Any(option => parsed.GetResult(option) is { Implicit: false });

    /// <summary>Without those that go by time or number.</summary>
    public void AddSourcesTo(Command command)
    {
        foreach (var option in new Option[] { _host, _source, _tags })
            command.Add(option);
    }

    /// <summary>What <see cref="AddSourcesTo"/> added; the very filter of everything if none is used.</summary>
    public SnapshotFilter SourceFilter(CommandContext context)
    {
        var (host, source) = (context.Parsed.GetValue(_host), context.Parsed.GetValue(_source));
        var tags = context.Parsed.GetValue(_tags) ?? [];
        return host is null && source is null && tags.Length == 0
            ? SnapshotFilter.Everything
            : new SnapshotFilter { Host = host, Source = source, Tags = tags };
    }

    public SnapshotFilter Filter(CommandContext context)
    {
        var parsed = context.Parsed;
        var latest = parsed.GetValue(_latest);
        if (latest is < 1)
            throw new UsageException("--latest needs a number of snapshots, 1 or more");
        return new SnapshotFilter
        {
            Host = parsed.GetValue(_host), Source = parsed.GetValue(_source), Tags = parsed.GetValue(_tags) ?? [],
            Latest = latest, Since = ParseTime(parsed.GetValue(_since), context),
            Until = ParseTime(parsed.GetValue(_until), context),
        };
    }

    /// <summary>The same; the very filter of everything if no option is used.</summary>
    public SnapshotFilter FilterOrEverything(CommandContext context)
    {
        var filter = Filter(context);
        return filter with { Tags = SnapshotFilter.Everything.Tags } == SnapshotFilter.Everything
            && filter.Tags.Count == 0 ? SnapshotFilter.Everything : filter;
    }

    /// <summary>Null stays null.</summary>
    public static DateTimeOffset? ParseTime(string? text, CommandContext context) => text is null
        ? null
        : TimeExpression.TryParse(text.TrimStart('@'), context.Environment.Time)
            ?? throw new UsageException($"\"{text}\" is no time", TimeForms);
}
