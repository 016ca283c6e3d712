using Cairn.Engine.Operations.Forget;
using Cairn.Engine.Primitives;
using Cairn.Engine.Snapshots;

namespace Cairn.Tests.Operations.Forget;

public sealed class SnapshotTimesTests
{
    static DateTimeOffset Now => Dated.Now;

    [Fact]
    public void A_time_counts_if_the_store_agrees()
    {
        var snapshot = Dated.Snapshot(Now);
        Assert.Equal(Now, TimeOf(snapshot, stored: Now.AddMinutes(5)));
        Assert.Equal(Now, TimeOf(snapshot, stored: Now.AddHours(-3)));
        Assert.Null(TimeOf(snapshot, stored: Now.AddDays(40)));
        Assert.Null(TimeOf(snapshot, stored: Now.AddDays(-2)));
        Assert.Null(TimeOf(snapshot, stored: null));
    }

    [Fact]
    public void A_run_of_a_week_counts_from_its_end()
    {
        var snapshot = Dated.Snapshot(Now.AddDays(-7)) with { Finished = Now };
        Assert.Equal(Now, TimeOf(snapshot, stored: Now.AddMinutes(1)));
    }

    [Fact]
    public void Back_dating_the_start_gains_nothing()
    {
        var snapshot = Dated.Snapshot(Now.AddYears(-1)) with { Finished = Now };
        Assert.Equal(Now, TimeOf(snapshot, stored: Now));
    }

    [Theory]
    [InlineData(-8, true)]
    [InlineData(-1, true)]
    [InlineData(-12, false)]
    [InlineData(3, false)]
    public void In_a_copied_bucket_a_time_counts_between_two_looks_of_maintainers(int day, bool isConfirmed)
    {
        var snapshot = Dated.Snapshot(Now.AddDays(day));
        var seen = new Dictionary<ObjectHash, DateTimeOffset>
        {
            [Dated.Snapshot(Now).Name.Hash] = Now.AddDays(-9), [snapshot.Name.Hash] = Now,
        };
        var times = new SnapshotTimes(
            new Dictionary<ObjectHash, DateTimeOffset?> { [snapshot.Name.Hash] = Now.AddYears(1) }, seen);
        Assert.Equal(isConfirmed ? snapshot.Time : null, times.TimeOf(snapshot));
    }

    static DateTimeOffset? TimeOf(SnapshotInfo snapshot, DateTimeOffset? stored) => new SnapshotTimes(
        new Dictionary<ObjectHash, DateTimeOffset?> { [snapshot.Name.Hash] = stored },
        new Dictionary<ObjectHash, DateTimeOffset>()).TimeOf(snapshot);
}
