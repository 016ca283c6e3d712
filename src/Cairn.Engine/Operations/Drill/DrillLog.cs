using Cairn.Engine.Primitives;
using Cairn.Engine.State;

namespace Cairn.Engine.Operations.Drill;

/// <summary>What of a source was restored, by the drills since the circle was last gone round.</summary>
/// <param name="IsWhole">
/// Everything that was there from <paramref name="From"/> to <paramref name="To"/> was restored at least once.
/// </param>
/// <param name="Share">Of the source; 1 if it is whole.</param>
/// <param name="From">When the first of these drills was.</param>
/// <param name="BadDrills">Of these, those that found something, or left out what was too large.</param>
public sealed record DrillCoverage(
    bool IsWhole, double Share, DateTimeOffset From, DateTimeOffset To, int Drills, int BadDrills);

/// <summary>Chooses which part of a source is next, and remembers which were.</summary>
/// <param name="state">Local state.</param>
public sealed class DrillLog(IStateFolder state, RepositoryId repository, IRandomSource random, TimeProvider time)
{
    /// <summary>What is taken for the time since the last drill where there was none.</summary>
    static readonly TimeSpan FirstInterval = TimeSpan.FromDays(1);

    readonly DrillRecord _record = DrillRecord.Read(state, repository, random, time.GetUtcNow().ToUnixTimeSeconds());

    long Now => time.GetUtcNow().ToUnixTimeSeconds();

    public DrillCircle CircleOf(Bytes32 source) => new(_record.Key, source);

    /// <summary>
    /// The arc that follows the last one: as long as keeps pace with the time since then, and what limits left over.
    /// </summary>
    /// <param name="share">So much instead; null for the pace.</param>
    public DrillArc Wanted(Bytes32 source, TimeSpan within, double? share)
    {
        var known = _record.Of(source);
        if (share is { } chosen)
            return new DrillArc(known.Next, DrillArc.LengthOf(chosen));
        var elapsed = known.Drills.Count > 0 ? Now - known.Drills[^1].Time : FirstInterval.TotalSeconds;
        var length = DrillArc.LengthOf(elapsed / within.TotalSeconds);
        return new DrillArc(known.Next, DrillArc.Sum(Math.Max(length, 1), known.Owed));
    }

    /// <param name="wanted">What was to be drilled.</param>
    /// <param name="done">What was.</param>
    public void Add(Bytes32 source, DrillArc wanted, DrillArc done, bool isGood)
    {
        var known = _record.Of(source);
        known.Next = done.End;
        known.Owed = wanted.Length > done.Length ? wanted.Length - done.Length : 0;
        if (known.Drills.Count == DrillRecord.DrillsKept)
            known.Drills.RemoveAt(0);
        known.Drills.Add(new DrillMark(Now, done.Length, isGood));
    }

    /// <summary>Replaces the file of local state.</summary>
    public void Write() => _record.Write(state, repository);

    /// <summary>Null before the first drill.</summary>
    public DrillCoverage? CoverageOf(Bytes32 source)
    {
        var drills = _record.Of(source).Drills;
        if (drills.Count == 0)
            return null;
        var (covered, first, bad) = (0UL, drills.Count, 0);
        while (first > 0 && covered < DrillArc.Everything)
        {
            var drill = drills[--first];
            covered = DrillArc.Sum(covered, drill.Length);
            bad += drill.IsGood ? 0 : 1;
        }
        return new DrillCoverage(
            covered == DrillArc.Everything, new DrillArc(0, covered).Share,
            DateTimeOffset.FromUnixTimeSeconds(drills[first].Time),
            DateTimeOffset.FromUnixTimeSeconds(drills[^1].Time), drills.Count - first, bad);
    }
}
