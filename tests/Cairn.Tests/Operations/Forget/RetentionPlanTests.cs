using Cairn.Engine.Operations.Forget;
using Cairn.Engine.Snapshots;

namespace Cairn.Tests.Operations.Forget;

public sealed class RetentionPlanTests
{
    static DateTimeOffset Now => Dated.Now;

    [Fact]
    public void Last_keeps_the_newest()
    {
        var kept = Kept(Dated.Daily(10), new RetentionRules { Last = 3 });
        Assert.Equal([Now.AddDays(-2), Now.AddDays(-1), Now], kept);
    }

    [Fact]
    public void Daily_keeps_the_newest_of_each_day()
    {
        List<SnapshotInfo> snapshots = [.. Enumerable.Range(0, 72).Select(hour => Dated.Snapshot(Now.AddHours(-hour)))];
        var kept = Kept(snapshots, new RetentionRules { Daily = 2 });
        Assert.Equal([new DateTimeOffset(2026, 3, 14, 23, 0, 0, TimeSpan.Zero), Now], kept);
    }

    [Fact]
    public void Periods_without_snapshots_do_not_count()
    {
        DateTimeOffset[] times = [Now.AddYears(-9), Now.AddYears(-4), Now.AddMonths(-3), Now];
        Assert.Equal(times, Kept(times.Select(time => Dated.Snapshot(time)), new RetentionRules { Monthly = 4 }));
        Assert.Equal(
            [Now.AddYears(-4), Now.AddMonths(-3), Now],
            Kept(times.Select(time => Dated.Snapshot(time)), new RetentionRules { Yearly = 3 }));
    }

    [Fact]
    public void Weeks_begin_on_Monday_and_the_year_of_a_week_is_its_own()
    {
        var monday = new DateTimeOffset(2025, 12, 29, 0, 0, 0, TimeSpan.Zero);
        DateTimeOffset[] times = [monday.AddHours(-1), monday, monday.AddDays(4), monday.AddDays(6.9)];
        Assert.Equal(
            [times[0], times[3]],
            Kept(times.Select(time => Dated.Snapshot(time)), new RetentionRules { Weekly = 9 }));
    }

    [Fact]
    public void Days_are_those_of_the_zone()
    {
        var zone = TimeZoneInfo.CreateCustomTimeZone("east", TimeSpan.FromHours(5), "east", "east");
        DateTimeOffset[] times = [Now.Date.AddHours(18.5), Now.Date.AddHours(19.5)];
        var snapshots = times.Select(time => Dated.Snapshot(time)).ToList();
        Assert.Single(Kept(snapshots, new RetentionRules { Daily = 5 }));
        Assert.Equal(2, Kept(snapshots, new RetentionRules { Daily = 5, Zone = zone }).Count);
    }

    [Fact]
    public void Within_counts_from_the_newest_of_the_source()
    {
        var kept = Kept(Dated.Daily(10), new RetentionRules { Within = TimeSpan.FromDays(3) });
        Assert.Equal(4, kept.Count);
    }

    [Fact]
    public void Older_than_lets_only_the_older_go()
    {
        var kept = Kept(Dated.Daily(10), new RetentionRules { NotBefore = Now.AddDays(-3) });
        Assert.Equal([Now.AddDays(-3), Now.AddDays(-2), Now.AddDays(-1), Now], kept);
    }

    [Fact]
    public void A_tag_keeps()
    {
        var tagged = Dated.Snapshot(Now.AddYears(-5), tags: "gold");
        var decisions = Plan([tagged, .. Dated.Daily(3)], new RetentionRules { Last = 1, Tags = ["gold"] });
        Assert.Equal(["tag gold"], decisions[0].Reasons);
        Assert.Equal([true, false, false, true], decisions.Select(decision => decision.IsKept));
    }

    [Fact]
    public void Every_rule_that_keeps_a_snapshot_is_named()
    {
        var decisions = Plan(Dated.Daily(2), new RetentionRules { Last = 1, Daily = 2, Yearly = 1 });
        Assert.Equal(["daily"], decisions[0].Reasons);
        Assert.Equal(["last", "daily", "yearly"], decisions[1].Reasons);
    }

    [Fact]
    public void The_last_of_a_source_stays()
    {
        var old = Dated.Snapshot(Now.AddYears(-3), source: "host:/old");
        var rules = new RetentionRules { NotBefore = Now.AddDays(-1) };
        Assert.Equal(
            [RetentionPlan.LastOfSource],
            Assert.Single(Plan([old], rules)).Reasons);
        // Unless another of that source is not touched.
        var other = Dated.Snapshot(Now, source: "host:/old");
        Assert.False(Assert.Single(RetentionPlan.Make(Dated.Trusted([old]), [other], rules)).IsKept);
    }

    [Fact]
    public void Sources_and_signers_are_each_for_themselves()
    {
        List<SnapshotInfo> snapshots =
        [
            Dated.Snapshot(Now), Dated.Snapshot(Now, source: "host:/var"), Dated.Snapshot(Now.AddHours(1), host: 2),
        ];
        Assert.Equal(3, Kept(snapshots, new RetentionRules { Last = 1 }).Count);
    }

    static List<DateTimeOffset> Kept(IEnumerable<SnapshotInfo> snapshots, RetentionRules rules) =>
        [.. Plan(snapshots, rules).Where(decision => decision.IsKept).Select(decision => decision.Time).Order()];

    static IReadOnlyList<RetentionDecision> Plan(IEnumerable<SnapshotInfo> snapshots, RetentionRules rules) =>
        RetentionPlan.Make(Dated.Trusted(snapshots), others: [], rules);
}
