using Cairn.App.Access;
using Cairn.Engine.Formats;
using Cairn.Engine.Operations;
using Cairn.Engine.Operations.Leases;
using Cairn.Engine.Storage;
using Cairn.Engine.Storage.Decorators;

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
        OriginalsStore? originals = null;
        var access = new RepositoryAccess(environment, request.Access)
        {
            View = store => originals = new OriginalsStore(store, VersionsOf(store), ObjectNames.Descriptor),
        };
        await using var open = await access.OpenForMaintenanceAsync(cancellationToken);
        if (open.Repository.Descriptor.Lease is null)
            throw new RefusedException(
                $"the repository at {open.Store.Location} was made without --lock, so Cairn locks nothing in it",
                "a new one is made with: cairn init --lock compliance --lock-days N");
        using var state = await LocalState.TakeAsync(
            environment, open.Repository.Id, mayUsePrivate: request.Options.IsDryRun, cancellationToken);
        var monitor = new WorkMonitor("looking at locks");
        environment.Events.Watch(monitor);
        return await LeaseOperation.RunAsync(
            open.Repository, originals!, state.Folder, request.Options, monitor, cancellationToken);
    }

    static IObjectVersions VersionsOf(IObjectStore store) => store.Versions ?? throw new RefusedException(
        $"{store.Location} has no versions and no locks that could be renewed",
        "leases are for buckets of S3 with Object Lock");
}
