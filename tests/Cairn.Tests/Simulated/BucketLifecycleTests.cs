using Cairn.Testing.Simulated.Buckets;
using Cairn.Testing.Time;

namespace Cairn.Tests.Simulated;

public class BucketLifecycleTests
{
    readonly EagerTime _time = new(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public void Noncurrent_versions_go_at_the_midnight_behind_their_days_and_current_ones_stay()
    {
        var bucket = Create(new LifecycleRules { NoncurrentDays = 3 });
        bucket.Put(Caller.Owner, new PutRequest("a", [1]));
        _time.Advance(TimeSpan.FromDays(100));
        Assert.Empty(bucket.Sweep());
        bucket.Put(Caller.Owner, new PutRequest("a", [2]));
        _time.Advance(TimeSpan.FromDays(3.5) - TimeSpan.FromTicks(1));
        Assert.Empty(bucket.Sweep());
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(SweepAction.VersionRemoved, Assert.Single(bucket.Sweep()).Action);
        Assert.Equal([2], Assert.Single(bucket.Versions("a")).Content);
    }

    [Theory]
    [InlineData(LockMode.Governance)]
    [InlineData(LockMode.Compliance)]
    public void A_locked_version_outlives_every_sweep_until_its_lock_is_over(LockMode mode)
    {
        var bucket = Create(
            new LifecycleRules { ExpirationDays = 1, NoncurrentDays = 1, RemovesExpiredDeleteMarkers = true });
        bucket.Put(Caller.Owner, new PutRequest("a", [1])
        {
            LockMode = mode, RetainUntil = bucket.Now.AddDays(30),
        }.WithSha256());
        _time.Advance(TimeSpan.FromDays(2));
        Assert.Equal(SweepAction.MarkerAdded, Assert.Single(bucket.Sweep()).Action);
        _time.Advance(TimeSpan.FromDays(28) - TimeSpan.FromTicks(1));
        Assert.Empty(bucket.Sweep());
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(
            [SweepAction.VersionRemoved, SweepAction.MarkerRemoved], bucket.Sweep().Select(swept => swept.Action));
        Assert.Empty(bucket.Versions());
    }

    [Fact]
    public void Only_a_marker_above_nothing_is_an_expired_one()
    {
        var bucket = Create(new LifecycleRules { RemovesExpiredDeleteMarkers = true });
        bucket.Put(Caller.Owner, new PutRequest("a", [1]));
        bucket.Delete(Caller.Owner, "a");
        bucket.Delete(Caller.Owner, "b");
        Assert.Equal("b", Assert.Single(bucket.Sweep()).Version.Key);
        Assert.Equal(2, bucket.Versions("a").Count);
    }

    [Fact]
    public void Without_rules_a_sweep_does_nothing()
    {
        var bucket = Create(LifecycleRules.None);
        bucket.Put(Caller.Owner, new PutRequest("a", [1]));
        bucket.Put(Caller.Owner, new PutRequest("a", [2]));
        bucket.Delete(Caller.Owner, "a");
        _time.Advance(TimeSpan.FromDays(10_000));
        Assert.Empty(bucket.Sweep());
    }

    SimulatedBucket Create(LifecycleRules rules) => new(_time, BucketOptions.Locked with { Lifecycle = rules });
}
