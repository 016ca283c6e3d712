using System.Globalization;
using Cairn.Engine.Snapshots;

namespace Cairn.Engine.Operations.Forget;

/// <param name="Time">The time that counts.</param>
/// <param name="Reasons">The rules that keep it; none if it goes.</param>
public sealed record RetentionDecision(SnapshotInfo Snapshot, DateTimeOffset Time, IReadOnlyList<string> Reasons)
{
    public bool IsKept => Reasons.Count > 0;
}

/// <summary>Applies rules to snapshots: a pure function, so that its outcome can be shown before anything is
/// done.</summary>
public static class RetentionPlan
{
    public const string LastOfSource = "last of its source";

    /// <summary>
    /// Decides on each of the snapshots, in their order. Each source of each host is for itself, and a host is whose
    /// key signed: nobody can push out what another saved by taking its name.
    /// </summary>
    /// <param name="chosen">Those the rules are for, with the times that count.</param>
    /// <param name="others">Further ones of the same repository, which stay whatever is decided.</param>
    public static IReadOnlyList<RetentionDecision> Make(
        IReadOnlyList<(SnapshotInfo Snapshot, DateTimeOffset Time)> chosen, IReadOnlyList<SnapshotInfo> others,
        RetentionRules rules)
    {
        var decisions = new Dictionary<SnapshotInfo, RetentionDecision>(ReferenceEqualityComparer.Instance);
        var sourcesThatStay = others.Select(SourceOf).ToHashSet();
        foreach (var group in chosen.GroupBy(item => SourceOf(item.Snapshot)))
        {
            var newestFirst = group.OrderByDescending(item => item.Time)
                .ThenByDescending(item => item.Snapshot.Name.Key).ToList();
            foreach (var decision in Apply(newestFirst, rules, sourcesThatStay.Contains(group.Key)))
                decisions.Add(decision.Snapshot, decision);
        }
        return [.. chosen.Select(item => decisions[item.Snapshot])];
    }

    /// <summary>What belongs together: no rule reaches beyond.</summary>
    public static (Primitives.SignerId Host, string Source) SourceOf(SnapshotInfo snapshot) =>
        (snapshot.Name.Host, snapshot.Source);

    static IEnumerable<RetentionDecision> Apply(
        List<(SnapshotInfo Snapshot, DateTimeOffset Time)> newestFirst, RetentionRules rules, bool othersStay)
    {
        var counters = CountersOf(rules);
        var decisions = new List<RetentionDecision>();
        foreach (var (snapshot, time) in newestFirst)
        {
            var reasons = new List<string>();
            if (rules.Within is { } within && newestFirst[0].Time - time <= within)
                reasons.Add("within");
            if (time >= rules.NotBefore)
                reasons.Add("not older");
            reasons.AddRange(rules.Tags.Where(snapshot.Tags.Contains).Select(tag => $"tag {tag}"));
            reasons.AddRange(counters.Where(counter => counter.Keeps(time)).Select(counter => counter.Name));
            decisions.Add(new RetentionDecision(snapshot, time, reasons));
        }
        if (!othersStay && decisions.TrueForAll(decision => !decision.IsKept))
            decisions[0] = decisions[0] with { Reasons = [LastOfSource] };
        return decisions;
    }

    static List<Counter> CountersOf(RetentionRules rules)
    {
        var serial = 0;
        return
        [
            new("last", rules.Last, _ => (serial++).ToString(CultureInfo.InvariantCulture)),
            new("hourly", rules.Hourly, time => Local(time).ToString("yyyy-MM-dd HH", CultureInfo.InvariantCulture)
                + Local(time).Offset),
            new("daily", rules.Daily, time => Local(time).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
            new("weekly", rules.Weekly, time =>
                $"{ISOWeek.GetYear(Local(time).DateTime)} {ISOWeek.GetWeekOfYear(Local(time).DateTime)}"),
            new("monthly", rules.Monthly, time => Local(time).ToString("yyyy-MM", CultureInfo.InvariantCulture)),
            new("yearly", rules.Yearly, time => Local(time).ToString("yyyy", CultureInfo.InvariantCulture)),
        ];

        DateTimeOffset Local(DateTimeOffset time) => TimeZoneInfo.ConvertTime(time, rules.Zone);
    }

    /// <summary>Keeps the first it is shown of each period, newest first, until it has kept enough.</summary>
    sealed class Counter(string name, int count, Func<DateTimeOffset, string> periodOf)
    {
        string? _period;
        int _kept;

        public string Name => name;

        public bool Keeps(DateTimeOffset time)
        {
            if (_kept >= count)
                return false;
            var period = periodOf(time);
            if (period == _period)
                return false;
            _period = period;
            _kept++;
            return true;
        }
    }
}
