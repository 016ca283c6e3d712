using System.CommandLine;
using Cairn.App;
using Cairn.App.Reading;
using Cairn.Cli.Rendering;
using Cairn.Engine.Entries;
using Cairn.Engine.Primitives;

namespace Cairn.Cli.Commands;

static class FindCommand
{
    static readonly Dictionary<string, EntryKind> Kinds = new(StringComparer.Ordinal)
    {
        ["file"] = EntryKind.File, ["directory"] = EntryKind.Directory, ["symlink"] = EntryKind.Symlink,
        ["fifo"] = EntryKind.Fifo, ["character-device"] = EntryKind.CharacterDevice,
        ["block-device"] = EntryKind.BlockDevice, ["stream"] = EntryKind.Stream,
    };

    public static Command Create(GlobalOptions global)
    {
        var command = new Command("find", "Search all snapshots for files, and show their versions");
        var keys = new KeyOptions();
        var filter = new SnapshotFilterOptions();
        var patterns = new Argument<string[]>("PATTERN")
        {
            Description = "Names (*.odt) or paths (/home/*/notes.txt, docs/**/a) in quotes; none for everything",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var kinds = new Option<string[]>("--kind")
        {
            Description = "Only this kind; may be repeated", HelpName = "KIND", DefaultValueFactory = _ => [],
        };
        kinds.AcceptOnlyFromAmong([.. Kinds.Keys]);
        var larger = new Option<string?>("--larger") { Description = "Not smaller than this", HelpName = "SIZE" };
        var smaller = new Option<string?>("--smaller") { Description = "Not larger than this", HelpName = "SIZE" };
        var newer = new Option<string?>("--newer") { Description = "Modified then or later", HelpName = "TIME" };
        var older = new Option<string?>("--older") { Description = "Modified then or before", HelpName = "TIME" };
        command.Add(patterns);
        foreach (var option in new Option[] { kinds, larger, smaller, newer, older })
            command.Add(option);
        filter.AddTo(command);
        var asOf = new AsOfOption();
        asOf.AddTo(command);
        keys.AddTo(command, withRecoveryKey: true);
        CommandRunner.Handle(command, global, async context =>
        {
            var parsed = context.Parsed;
            var request = new FindRequest
            {
                Access = asOf.Apply(context, keys.Access(parsed, global)), Snapshots = filter.Filter(context),
                Patterns = CommonOptions.ToBytes(parsed.GetValue(patterns)),
                Kinds = [.. (parsed.GetValue(kinds) ?? []).Select(kind => Kinds[kind])],
                SizeMin = ParseSize(parsed.GetValue(larger)), SizeMax = ParseSize(parsed.GetValue(smaller)),
                NewerThan = SnapshotFilterOptions.ParseTime(parsed.GetValue(newer), context),
                OlderThan = SnapshotFilterOptions.ParseTime(parsed.GetValue(older), context),
            };
            var report = await FindUseCase.RunAsync(
                context.Environment, request, found => FindRendering.Print(context.Output, found),
                context.Cancellation);
            FindRendering.Print(context.Output, report);
            return SnapshotsCommand.ExitCodeOf(report.Problems);
        });
        return command;
    }

    static long? ParseSize(string? text)
    {
        if (text is null)
            return null;
        return ByteSize.TryParse(text, out var bytes)
            ? bytes
            : throw new UsageException($"\"{text}\" is no size", "sizes are like 4096, 64K, 1.5G");
    }
}
