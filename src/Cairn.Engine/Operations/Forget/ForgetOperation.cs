using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Repositories.Writing;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Forget;

/// <summary>What is to be forgotten, before it is.</summary>
public sealed record ForgetPlan
{
    /// <summary>Ascending by time.</summary>
    public required IReadOnlyList<RetentionDecision> Decisions { get; init; }

    /// <summary>Snapshots whose time is only claimed, and contradicted or not confirmed by anything.</summary>
    public required IReadOnlyList<SnapshotInfo> Doubtful { get; init; }

    /// <summary>Snapshots that cannot be read, so that nothing is decided about them: they stay.</summary>
    public required IReadOnlyList<ObjectProblem> Problems { get; init; }

    public IEnumerable<SnapshotInfo> Forgotten =>
        Decisions.Where(decision => !decision.IsKept).Select(decision => decision.Snapshot);

    /// <summary>
    /// Of the sources of which more than one snapshot would go, the one that would lose the greatest share.
    /// </summary>
    public (double Share, int Goes, int Of, SnapshotInfo Example)? GreatestLoss => Decisions
        .GroupBy(decision => RetentionPlan.SourceOf(decision.Snapshot))
        .Select(group => (Goes: group.Count(decision => !decision.IsKept), Of: group.Count(), group.First().Snapshot))
        .Where(source => source.Goes > 1)
        .Select(source => ((double)source.Goes / source.Of, source.Goes, source.Of, source.Snapshot))
        .Select(source => ((double, int, int, SnapshotInfo)?)source).MaxBy(source => source!.Value.Item1);
}

/// <summary>Takes snapshots out of the repository's history. Only records are written; space is for prune.</summary>
public static class ForgetOperation
{
    /// <param name="isMeant">The snapshots that the rules are for.</param>
    /// <param name="believesHosts">Whether times count that only hosts claim.</param>
    /// <param name="isMeantByTags">Whether tags decide for which snapshots the rules are.</param>
    public static async Task<ForgetPlan> PlanAsync(
        Repository repository, Func<SnapshotInfo, bool> isMeant, RetentionRules rules, bool believesHosts,
        CancellationToken cancellationToken, bool isMeantByTags = false)
    {
        // Strictly: a record that cannot be read may hold the tag that keeps a snapshot.
        var retired = new RetiredLog(repository.Store, repository.Keys, repository.Signers);
        await retired.LookAsync(repository, cancellationToken);
        if (isMeantByTags || rules.Tags.Count > 0)
            await RequireAllTagsAsync(repository, retired, cancellationToken);
        var listing = await SnapshotCatalog.ListAsync(repository, retired, cancellationToken);
        var times = new SnapshotTimes(listing.StoredTimes, retired.FirstSeen);
        var chosen = new List<(SnapshotInfo, DateTimeOffset)>();
        var (doubtful, others) = (new List<SnapshotInfo>(), new List<SnapshotInfo>());
        foreach (var snapshot in listing.Snapshots)
        {
            if (snapshot.HasUnreadableTags || !isMeant(snapshot))
                others.Add(snapshot);
            else if (times.TimeOf(snapshot) is { } time)
                chosen.Add((snapshot, time));
            else
            {
                doubtful.Add(snapshot);
                chosen.Add((snapshot, snapshot.Time));
            }
        }
        return new ForgetPlan
        {
            Decisions = RetentionPlan.Make(chosen, others, rules),
            Doubtful = believesHosts ? [] : doubtful, Problems = listing.Problems,
        };
    }

    // What is missing may be the tag that keeps a snapshot.
    static async Task RequireAllTagsAsync(
        Repository repository, RetiredLog retired, CancellationToken cancellationToken)
    {
        // A listing may show the second of two records that were stored while it ran, and not the first.
        if (retired.Gaps.Any())
            await retired.LookAsync(cancellationToken);
        if (retired.Gaps.FirstOrDefault() is { } gap)
            throw Stop(ObjectNames.Retired, gap);
        if (retired.HasUnknownSigners && repository.HasHostGaps)
            throw Stop(ObjectNames.Hosts, "records of hosts or maintainers are missing or damaged");
    }

    static DamagedObjectException Stop(string where, string what) => new(
        new ObjectKey(where.TrimEnd('/')), FailureKind.Framing,
        $"{what}, so that not all tags are known. Nothing was forgotten: run \"cairn check\", "
        + "or use rules without tags");

    /// <summary>They no longer exist for anybody who reads, from the moment this returns.</summary>
    public static async Task ForgetAsync(
        Repository repository, IEnumerable<SnapshotInfo> snapshots, CancellationToken cancellationToken)
    {
        var signer = repository.RequireForgetter();
        // Strictly: a record of one's own that cannot be read may be the one to continue.
        var retired = new RetiredLog(repository.Store, repository.Keys, repository.Signers);
        await retired.LookAsync(repository, cancellationToken);
        await new RetiredAnnouncer(repository, retired, signer)
            .ForgetAsync(snapshots.Select(snapshot => snapshot.Name.Hash), cancellationToken);
    }
}
