using System.Globalization;
using Cairn.App.Access;
using Cairn.App.Snapshots;
using Cairn.Engine.Operations.Forget;
using Cairn.Engine.Repositories;
using Cairn.Engine.Snapshots;

namespace Cairn.App.Retention;

public sealed record ForgetRequest
{
    public required AccessOptions Access { get; init; }

    /// <summary>The snapshots that the rules are for.</summary>
    public SnapshotFilter Filter { get; init; } = SnapshotFilter.Everything;

    /// <summary>Their zone is the computer's.</summary>
    public RetentionRules Rules { get; init; } = new();

    /// <summary>Ids, or beginnings of them: these go, whatever the rules say; then there must be no rules.</summary>
    public IReadOnlyList<string> Ids { get; init; } = [];

    /// <summary>Percentage of the snapshots of a source that may go at once by rules.</summary>
    public double MaxSharePercent { get; init; } = DefaultMaxSharePercent;

    /// <summary>Believe times that nothing confirms.</summary>
    public bool AcceptsTimes { get; init; }

    public bool IsDryRun { get; init; }

    /// <summary>Gets the plan before anything is done.</summary>
    public Action<ForgetPlan>? Show { get; init; }

    /// <summary>Asked behind that, unless nothing is to be done; false ends it.</summary>
    public required Func<ForgetPlan, bool> Approve { get; init; }

    /// <summary>Less than half: whoever floods a source to push out all it has needs at least as many
    /// snapshots.</summary>
    public const double DefaultMaxSharePercent = 40;
}

/// <summary>Removes snapshots from the history by rules or by their ids.</summary>
public static class ForgetUseCase
{
    const int NamedMax = 5;

    /// <summary>What was decided, and done unless it was a dry run.</summary>
    public static async Task<ForgetPlan> RunAsync(
        AppEnvironment environment, ForgetRequest request, CancellationToken cancellationToken)
    {
        RequireSense(request);
        var access = new RepositoryAccess(environment, request.Access);
        await using var open = await access.OpenForReadingAsync(cancellationToken);
        var plan = request.Ids.Count > 0
            ? await PlanByIdAsync(open.Repository, request, cancellationToken)
            : await PlanByRulesAsync(environment, open.Repository, request, cancellationToken);
        request.Show?.Invoke(plan);
        if (request.Ids.Count == 0)
            Brake(plan, request.MaxSharePercent);
        var forgotten = plan.Forgotten.ToList();
        if (request.IsDryRun || forgotten.Count == 0)
            return plan;
        if (!request.Approve(plan))
            throw new RefusedException("nothing was forgotten", "say --yes to forget without being asked");
        await ForgetOperation.ForgetAsync(open.Repository, forgotten, cancellationToken);
        return plan;
    }

    static void RequireSense(ForgetRequest request)
    {
        if (request.Ids.Count > 0 && (!request.Rules.AreNone || request.Filter != SnapshotFilter.Everything))
            throw new UsageException("either snapshots are named, or rules choose them, not both");
        if (request.Ids.Count == 0 && request.Rules.AreNone)
            throw new UsageException(
                "nothing says what to keep", "give rules like --keep-daily 7 --keep-monthly 12, or ids of snapshots");
    }

    static Task<ForgetPlan> PlanByRulesAsync(
        AppEnvironment environment, Repository repository, ForgetRequest request, CancellationToken cancellationToken)
    {
        var rules = request.Rules with { Zone = environment.Time.LocalTimeZone };
        return ForgetOperation.PlanAsync(
            repository, request.Filter.Holds, rules, request.AcceptsTimes, cancellationToken,
            isMeantByTags: request.Filter.Tags.Count > 0);
    }

    // Who names a snapshot means it, be it the last of its source and its time a lie.
    static async Task<ForgetPlan> PlanByIdAsync(
        Repository repository, ForgetRequest request, CancellationToken cancellationToken)
    {
        var listing = await SnapshotCatalog.ListAsync(repository, cancellationToken);
        var named = request.Ids
            .Select(id => SnapshotFinder.FindById(listing.Snapshots, SnapshotReference.RequireId(id))).ToHashSet();
        return new ForgetPlan
        {
            Decisions = [.. listing.Snapshots.Where(named.Contains)
                .Select(snapshot => new RetentionDecision(snapshot, snapshot.Time, Reasons: []))],
            Doubtful = [], Problems = listing.Problems,
        };
    }

    static void Brake(ForgetPlan plan, double maxSharePercent)
    {
        if (plan.Doubtful.Count > 0)
            throw new RefusedException(
                $"nothing confirms the time of {Names(plan.Doubtful)}: neither the store's own time nor that at which "
                + "a prune first saw it agrees with what the host claims, so nothing was forgotten",
                "if the repository was copied from elsewhere, and these times are right, say --accept-times; junk that "
                + "a stolen host planted can be forgotten by its id");
        if (plan.GreatestLoss is var (share, goes, of, example) && share * 100 > maxSharePercent)
            throw new RefusedException(
                $"{goes} of {of} snapshots of {example.Source} would go, more than {Percent(maxSharePercent)}, so "
                + "nothing was forgotten",
                "look whether something floods it with snapshots; if this is meant, say --max-share 100%");
    }

    static string Percent(double value) => value.ToString("0.##", CultureInfo.InvariantCulture) + "%";

    static string Names(IReadOnlyList<SnapshotInfo> snapshots) => string.Join(
        ", ", snapshots.Take(NamedMax).Select(snapshot => snapshot.ShortId))
        + (snapshots.Count > NamedMax ? $" and {snapshots.Count - NamedMax} more snapshots" : "");
}
