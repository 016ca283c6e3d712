using Cairn.Engine.Operations.Prune;
using Cairn.Testing.Simulated.Buckets;

namespace Cairn.Tests.Operations.Leases;

/// <summary>More than a year of daily runs, with forget and prune, by a clock that is moved.</summary>
public class LeaseYearTests
{
    const int SnapshotsKept = 20;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <param name="hasDefault">Whether the bucket locks by itself, or each writer sets its locks.</param>
    [Theory]
    [InlineData(400, 28, false)]
    [InlineData(70, 7, true)]
    public async Task What_is_needed_is_always_locked_what_is_not_is_never_renewed_and_requests_are_as_the_slack_says(
        int days, int pruneInterval, bool hasDefault)
    {
        var options = hasDefault
            ? BucketOptions.Locked with { DefaultRetention = new DefaultRetention(LockMode.Compliance, 40) }
            : BucketOptions.Locked;
        await using var world = await LeaseWorld.CreateAsync(bucket: options, seed: (ulong)days);
        var judge = new RenewalJudge(world);
        var packsDeleted = 0L;
        for (var i = 0; i < 40; i++)
            world.Source.File($"dir{i % 4}/file{i}", world.Random.Bytes(20_000));
        for (var day = 0; day < days; day++)
        {
            Token.ThrowIfCancellationRequested();
            world.Source.File($"dir{day % 4}/file{day % 40}", world.Random.Bytes(20_000));
            world.Time.Advance(TimeSpan.FromMinutes(1));
            Assert.False((await world.BackupAsync()).LocksLapse);
            world.Time.Advance(TimeSpan.FromHours(1));
            var live = await judge.RenewAsync(day);
            if (day % 7 == 6)
                await world.ForgetAsync(SnapshotsKept);
            if (day % pruneInterval == pruneInterval - 1)
            {
                var pruned = await world.PruneAsync(new PruneOptions { MaxUnusedPercent = 30 });
                Assert.Equal(0, pruned.Protected.Packs);
                packsDeleted += pruned.Deleted.Packs;
            }
            if (day % 7 == 6 || day % pruneInterval == pruneInterval - 1)
                live = await LiveObjects.FindAsync(world);
            world.Bucket.Sweep();
            // Right before the next run everything has the least left.
            world.Time.Advance(TimeSpan.FromHours(22.9));
            Assert.Empty(live.FindLacking(world));
        }
        judge.AssertArithmetic(days);
        Assert.True(packsDeleted > 0);
        // A weekly prune is always faster.
        Assert.Equal(pruneInterval > 7, judge.Condemned > 0);
    }
}
