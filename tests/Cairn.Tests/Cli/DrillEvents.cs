using Cairn.App.Drill;
using Cairn.Engine.Operations.Drill;
using Cairn.Engine.Operations.Verify;
using Cairn.Engine.Primitives;
using Cairn.Tests.App;

namespace Cairn.Tests.Cli;

/// <summary>A drill that found something, for the golden file.</summary>
static class DrillEvents
{
    public static DrillReport Report()
    {
        var time = DateTimeOffset.UnixEpoch.AddDays(20_000);
        var circle = new DrillCircle(new byte[32], default);
        var sample = new DrillSample(circle, new DrillArc(0, 1UL << 62), tooLarge: [], takesDevices: false)
        {
            Files = 3, Bytes = 1500, Streams = ["dump"u8.ToArray()], StreamBytes = 20, FilesTooLarge = 1,
        };
        var part = new DrillPart
        {
            Snapshot = SnapshotReferenceTests.Make("aaaa1", day: 1, "here"), Sample = sample, BytesFetched = 4096,
            Source = new SourceTally(Compared: 3, ChangedSince: 1, Gone: 1), Shortfalls = [],
            Coverage = new DrillCoverage(
                IsWhole: false, Share: 0.5, time, time.AddDays(1), Drills: 2, BadDrills: 1),
        };
        return new DrillReport
        {
            Started = time, Elapsed = TimeSpan.FromSeconds(1.5),
            Repository = new RepositoryId([.. Enumerable.Repeat((byte)0xcd, 32)]), Parts = [part],
            Findings =
            [
                new DrillFinding(
                    DrillFindingKind.SourceDifference, "aaaa1000", "/etc/x"u8.ToArray(), "it is another",
                    VerifyChanges.Content | VerifyChanges.Mode),
            ],
            Counts = new Dictionary<DrillFindingKind, long> { [DrillFindingKind.SourceDifference] = 1 },
            Kept = "/var/tmp/cairn-drill-5",
        };
    }
}
