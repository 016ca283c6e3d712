using Cairn.App.Backup;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Operations.Push;
using Cairn.Engine.Primitives;
using Cairn.Engine.Snapshots;
using Cairn.Tests.App;

namespace Cairn.Tests.Cli;

/// <summary>A push of which everything can be said.</summary>
static class PushEvents
{
    public static PushResult Result()
    {
        var info = SnapshotReferenceTests.Make("aaaa1", day: 1, "here");
        return new PushResult
        {
            Sessions =
            [
                new PushedSession(Id(1), info, info.Name, Missing: 0, Mended: 3, IsDiscarded: false),
                new PushedSession(Id(2), info, Snapshot: null, Missing: 4, Mended: 0, IsDiscarded: false),
                new PushedSession(Id(3), info, Snapshot: null, Missing: 5, Mended: 0, IsDiscarded: true),
            ],
            PacksSent = 6, BytesSent = 60_000, PacksFreed = 2, Notes = ["packs/aa/bb in the spool is damaged"],
        };
    }

    public static BackupReport Spooled() => new("/srv/backup", "here:/etc", IsDryRun: false, new BackupResult(
        Snapshot: null, new SnapshotStatistics { Files = 1, Bytes = 9 }, Problems: [], ProblemCount: 0,
        IsPartial: false, TimeSpan.FromSeconds(1))
    {
        Spooled = Id(1),
    });

    static Ulid Id(byte number) => new([.. Enumerable.Repeat((byte)0, 15), number]);
}
