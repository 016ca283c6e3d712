using Cairn.App.Reading;
using Cairn.Cli.Rendering;
using Cairn.Engine.Entries;
using Cairn.Engine.Manifests;
using Cairn.Engine.Operations.Diff;
using Cairn.Engine.Operations.Find;
using Cairn.Engine.Operations.Statistics;
using Cairn.Engine.Operations.Tag;
using Cairn.Engine.Operations.Verify;
using Cairn.Engine.Sources;
using Cairn.Tests.App;

namespace Cairn.Tests.Cli;

/// <summary>The events of the verbs that look at several snapshots, for the golden file.</summary>
static class HistoryEvents
{
    public static void WriteAll(Output output, Entry entry)
    {
        var first = SnapshotReferenceTests.Make("aaaa1", day: 1, "here");
        var second = SnapshotReferenceTests.Make("aaaa2", day: 2, "here") with
        {
            Problems = [new SourceProblem("/etc/x"u8.ToArray(), "permission denied", IsError: true)], ProblemCount = 1,
        };
        FindRendering.Print(output, new FoundPath(
            IsStream: false, "etc/x"u8.ToArray(), [new EntryVersion(entry, [first, second])]));
        FindRendering.Print(output, new FindReport(Snapshots: 2, Paths: 1, Versions: 1, []));

        var diff = new DiffRendering(output);
        diff.Print(new DiffEntry(
            IsStream: false, "etc/x"u8.ToArray(), Before: null, File(size: 10), EntryChanges.None));
        diff.Print(new DiffEntry(
            IsStream: true, "dump"u8.ToArray(), File(size: 10), File(size: 20), EntryChanges.Content));
        diff.Print(new DiffReport(first, second, new RowUsage(2, DataBytes: 30, StoredBytes: 25, ManifestBytes: 5)));

        VerifyRendering.Print(output, new VerifyDifference(
            "etc/x"u8.ToArray(), File(size: 10), File(size: 10), VerifyChanges.Content | VerifyChanges.Mode));
        VerifyRendering.Print(
            output,
            new VerifyReport(
                second, new VerifyResult(Files: 3, BytesRead: 30, Streams: 0, Differences: 1, Unread: 1),
                [new SourceProblem("/etc/y"u8.ToArray(), "cannot be opened", IsError: true)], TimeSpan.FromSeconds(1)),
            isQuick: false);

        var usage = new RepositoryUsage(
            [new SnapshotUsage(first, new RowUsage(3, 1500, 700, 100))], Packs: 2, PackBytes: 8192, UnknownPacks: 0,
            []);
        StatsRendering.Print(output, new StatisticsReport(usage, []), "source");
        RunRendering.Print(output, second);
        TagRendering.Print(output, new TagPlan(null!)
        {
            Decisions = [new TagDecision(first, ["keep", "yearly"]), new TagDecision(second, second.Tags)],
            Problems = [],
        }, isDryRun: false);
    }

    static Entry File(long size) => new()
    {
        Name = "x"u8.ToArray(), Kind = EntryKind.File, Mode = 0x1a4, Owner = new Owner(0, 0, "root", "root"),
        Size = size, Content = FileContent.Empty,
    };
}
