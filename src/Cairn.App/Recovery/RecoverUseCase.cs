using Cairn.App.Access;
using Cairn.Engine.Operations;
using Cairn.Engine.Operations.Recover;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;

namespace Cairn.App.Recovery;

public sealed record RecoverRequest
{
    public required AccessOptions Access { get; init; }

    /// <summary>Gets what would be done, before it is; false ends it there.</summary>
    public required Func<RecoverPlan, bool> Approve { get; init; }
}

/// <summary>Shows again what somebody has hidden or overwritten.</summary>
public static class RecoverUseCase
{
    /// <returns>The plan, and what came of it; no result if there was nothing to do, or it was not approved.</returns>
    public static async Task<(RecoverPlan Plan, RecoverResult? Result)> RunAsync(
        AppEnvironment environment, RecoverRequest request, CancellationToken cancellationToken)
    {
        var view = await OriginalsView.TryCreateAsync(
            new RepositoryAccess(environment, request.Access), cancellationToken)
            ?? throw await NoVersionsAsync(environment, request.Access, cancellationToken);
        var access = new RepositoryAccess(environment, request.Access) { View = view.Of };
        await using var open = await access.OpenForMaintenanceAsync(cancellationToken);
        var monitor = new WorkMonitor("looking at versions");
        environment.Events.Watch(monitor);
        var plan = await RecoverOperation.PlanAsync(
            open.Repository, Invariant.NotNull(open.Store.Versions), monitor, cancellationToken);
        if (!request.Approve(plan))
            return (plan, null);
        monitor = new WorkMonitor("recovering");
        environment.Events.Watch(monitor);
        return (plan, await RecoverOperation.RunAsync(
            open.Repository, Invariant.NotNull(view.Plain), plan, monitor, cancellationToken));
    }

    static async Task<RefusedException> NoVersionsAsync(
        AppEnvironment environment, AccessOptions options, CancellationToken cancellationToken)
    {
        await using var store = new RepositoryAccess(environment, options).OpenStore(createRoot: false);
        // Before that is blamed: whether there is a repository at all.
        await RepositoryOpener.ReadDescriptorAsync(store, cancellationToken);
        return new RefusedException(
            $"{store.Location} keeps no versions, so what was deleted or overwritten there is gone",
            "heal from elsewhere with: cairn repair --from REPOSITORY");
    }
}
