using Cairn.App.Access;
using Cairn.Engine.Operations;
using Cairn.Engine.Operations.Leases;

namespace Cairn.App.Retention;

public sealed record LeaseRequest
{
    public required AccessOptions Access { get; init; }
    public required LeaseOptions Options { get; init; }
}

/// <summary>Shows the locks on what snapshots need, and renews them.</summary>
public static class LeaseUseCase
{
    public static async Task<LeaseResult> RunAsync(
        AppEnvironment environment, LeaseRequest request, CancellationToken cancellationToken)
    {
        var view = await OriginalsView.TryCreateAsync(
            new RepositoryAccess(environment, request.Access), cancellationToken);
        // Where nothing is kept, what there is says whether there is anything.
        var access = view is null
            ? new RepositoryAccess(environment, request.Access)
            : new RepositoryAccess(environment, request.Access) { View = view.Of };
        await using var open = await access.OpenForMaintenanceAsync(cancellationToken);
        if (open.Repository.Descriptor.Lease is null)
            throw new RefusedException(
                $"the repository at {open.Store.Location} was made without --lock, so Cairn locks nothing in it",
                "a new one is made with: cairn init --lock compliance --lock-days N");
        var originals = view?.Originals ?? throw new RefusedException(
            $"{open.Store.Location} has no versions and no locks that could be renewed",
            "leases are for buckets of S3 with Object Lock");
        using var state = await LocalState.TakeAsync(
            environment, open.Repository.Id, mayUsePrivate: request.Options.IsDryRun, cancellationToken);
        var monitor = new WorkMonitor("looking at locks");
        environment.Events.Watch(monitor);
        return await LeaseOperation.RunAsync(
            open.Repository, originals, state.Folder, request.Options, monitor, cancellationToken);
    }
}
