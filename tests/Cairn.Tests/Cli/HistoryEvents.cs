using Cairn.App.Policies;
using Cairn.App.Reading;
using Cairn.Cli.Commands;
using Cairn.Cli.Rendering;
using Cairn.Engine.Entries;
using Cairn.Engine.Formats;
using Cairn.Engine.Manifests;
using Cairn.Engine.Operations.Audit;
using Cairn.Engine.Operations.Check;
using Cairn.Engine.Operations.Costs;
using Cairn.Engine.Operations.Diff;
using Cairn.Engine.Operations.Find;
using Cairn.Engine.Operations.Leases;
using Cairn.Engine.Operations.Prune;
using Cairn.Engine.Operations.Recover;
using Cairn.Engine.Operations.Statistics;
using Cairn.Engine.Operations.Tag;
using Cairn.Engine.Operations.Verify;
using Cairn.Engine.Primitives;
using Cairn.Engine.Sources;
using Cairn.Engine.Storage;
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
            [], new StorageCost(StorePrices.Amazon, Monthly: 0.023m, Reading: 0.0000008m));
        StatsRendering.Print(output, new StatisticsReport(usage, []), "source");
        RunRendering.Print(output, second);
        TagRendering.Print(output, new TagPlan(null!)
        {
            Decisions = [new TagDecision(first, ["keep", "yearly"]), new TagDecision(second, second.Tags)],
            Problems = [],
        }, isDryRun: false);
        PruneRendering.Print(output, Prune(), isDryRun: true);
        LeaseRendering.Print(output, Lease(), isDryRun: false);
        BackupRendering.Print(output, PushEvents.Spooled());
        PushRendering.Print(output, PushEvents.Result(), isRound: false);
        WriteRecover(output);
        AuditRendering.Print(output, Audit());
        PolicyCommand.Print(output, StoreRole.Host, new PolicyReport("{}"u8.ToArray(), []));
    }

    static PruneResult Prune()
    {
        var until = new DateTimeOffset(2026, 1, 31, 7, 0, 0, TimeSpan.Zero);
        return new PruneResult
        {
            Before = new PackSum(10, 81920), UsedBytes = 40960, Condemned = new PackSum(1, 4096),
            Waiting = new PackSum(1, 4096), WaitingUntil = until, Deleted = new PackSum(2, 8192),
            PaidFor = new PackSum(1, 4096), PaidUntil = until.AddDays(90), Protected = default,
            Spared = new PackSum(1, 4096), Unfinished = default, Repacked = new PackSum(2, 8192),
            RepackedInto = new PackSum(1, 4096), IndexObjectsCompacted = 64, IndexObjectsWritten = 1,
            IndexObjectsDeleted = 60, LedgersProposedVoid = 1, LedgersVoided = 2, SnapshotsRemoved = 1, Requests = 70,
            Cost = new PruneCost(
                StorePrices.Amazon, MonthlyBefore: 1.5m, MonthlyAfter: 0.75m, Run: 0.000123m, Unpriced: 0),
            Notes = [],
        };
    }

    static void WriteRecover(Output output)
    {
        var key = new ObjectKey("cairn.json");
        var plan = new RecoverPlan(
            [
                new RecoverItem(
                    new ObjectVersionKey(key, "v1"), Size: 600,
                    new DateTimeOffset(2026, 1, 31, 7, 0, 0, TimeSpan.Zero),
                    IsOverwritten: true, [new ObjectVersionKey(key, "v3")]),
            ],
            [new RecoverFinding(RecoverFindingKind.Junk, key.Value, "cairn.json: another version beside it")],
            Objects: 20);
        RecoverRendering.PrintPlan(output, plan);
        RecoverRendering.PrintResult(output, plan, new RecoverResult(
            Recovered: 0, MarkersRemoved: 0, StoredAgain: 0, Locked: 0, ["cairn.json was not stored"]),
            isDryRun: false);
    }

    static AuditResult Audit() => new()
    {
        Findings =
        [
            new CheckFinding(
                CheckSeverity.Repairable, "packs/aa/bb", Kind: null, "it is needed, and not locked"),
        ],
        Proved = new Dictionary<AuditLevel, AuditAmount>
        {
            [AuditLevel.Content] = new(18, 8192), [AuditLevel.Presence] = new(2, 512),
        },
        Bad = new AuditAmount(1, 100), Asked = 21, NotAllowed = 2, KeepsChecksums = true, SeesVersions = true,
        Locks = new AuditedLocks(
            LeasePolicy.Of(ObjectLockMode.Compliance, 30), Needed: 20, Good: 19,
            new DateTimeOffset(2026, 3, 2, 7, 0, 0, TimeSpan.Zero)),
    };

    static LeaseResult Lease()
    {
        var now = new DateTimeOffset(2026, 1, 31, 7, 0, 0, TimeSpan.Zero);
        var hash = new ObjectHash([.. Enumerable.Repeat((byte)0xab, 32)]);
        var snapshot = new SnapshotName(default, default, default, hash);
        return new LeaseResult
        {
            Policy = LeasePolicy.Of(ObjectLockMode.Compliance, 30), Now = now, Needed = 20, Due = 3, Renewed = 2,
            Unprotected = 1, Earliest = now.AddDays(30), Condemned = new PackSum(1, 4096),
            DeadLocked = new PackSum(2, 8192), DeadLockedUntil = now.AddDays(12), Hidden = 1, Replaced = 1,
            Snapshots = [new SnapshotLease(snapshot, now.AddDays(30))], LockReads = 5,
            Gaps = ["ledgers: one is missing"], Failures = ["packs/ab: not locked for longer"], Notes = [],
        };
    }

    static Entry File(long size) => new()
    {
        Name = "x"u8.ToArray(), Kind = EntryKind.File, Mode = 0x1a4, Owner = new Owner(0, 0, "root", "root"),
        Size = size, Content = FileContent.Empty,
    };
}
