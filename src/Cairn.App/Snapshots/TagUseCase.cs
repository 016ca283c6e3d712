using Cairn.App.Access;
using Cairn.Engine.Operations.Tag;
using Cairn.Engine.Snapshots;

namespace Cairn.App.Snapshots;

public sealed record TagRequest
{
    public required AccessOptions Access { get; init; }

    /// <summary>Ids, or beginnings of them; if there are none, the filter chooses.</summary>
    public IReadOnlyList<string> Ids { get; init; } = [];
    public SnapshotFilter Filter { get; init; } = SnapshotFilter.Everything;

    /// <summary>One empty text alone: no tags.</summary>
    public IReadOnlyList<string> Set { get; init; } = [];
    public IReadOnlyList<string> Add { get; init; } = [];
    public IReadOnlyList<string> Remove { get; init; } = [];

    public bool IsDryRun { get; init; }
}

/// <summary>Gives snapshots other tags.</summary>
public static class TagUseCase
{
    /// <summary>What was decided, and done unless it was a dry run.</summary>
    public static async Task<TagPlan> RunAsync(
        AppEnvironment environment, TagRequest request, CancellationToken cancellationToken)
    {
        var change = ChangeOf(request);
        var access = new RepositoryAccess(environment, request.Access);
        await using var open = await access.OpenForReadingAsync(cancellationToken);
        var plan = await TagOperation.PlanAsync(
            open.Repository, snapshots => Choose(snapshots, request), change, cancellationToken);
        foreach (var decision in plan.Decisions)
            TagText.Require(decision.Tags);
        if (!request.IsDryRun)
            await TagOperation.ExecuteAsync(open.Repository, plan, cancellationToken);
        return plan;
    }

    static TagChange ChangeOf(TagRequest request)
    {
        if (request.Set.Count + request.Add.Count + request.Remove.Count == 0)
            throw new UsageException("nothing says which tags", "give --add TAG, --remove TAG or --set TAG");
        if (request.Set.Count > 0 && request.Add.Count + request.Remove.Count > 0)
            throw new UsageException("--set says all tags, so there is nothing to add or remove beside it");
        if (request.Ids.Count > 0 && request.Filter != SnapshotFilter.Everything)
            throw new UsageException("either snapshots are named, or options choose them, not both");
        if (request.Ids.Count == 0 && request.Filter == SnapshotFilter.Everything)
            throw new UsageException(
                "no snapshot is named", "name ids as \"cairn snapshots\" shows them, or choose with --latest 1, "
                + "--host, --source, --tag, --since or --until");
        var isEmpty = request.Set is [""];
        if (!isEmpty)
            TagText.Require(request.Set);
        TagText.Require(request.Add);
        return new TagChange
        {
            Set = request.Set.Count == 0 ? null : isEmpty ? [] : request.Set, Add = request.Add,
            Remove = request.Remove,
        };
    }

    static IEnumerable<SnapshotInfo> Choose(IReadOnlyList<SnapshotInfo> snapshots, TagRequest request) =>
        request.Ids.Count == 0
            ? request.Filter.Select(snapshots)
            : request.Ids.Select(id => SnapshotFinder.FindById(snapshots, SnapshotReference.RequireId(id)));
}
