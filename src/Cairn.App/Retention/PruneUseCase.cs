using Cairn.App.Access;
using Cairn.Engine.Operations;
using Cairn.Engine.Operations.Prune;

namespace Cairn.App.Retention;

public sealed record PruneRequest
{
    public required AccessOptions Access { get; init; }
    public required PruneOptions Options { get; init; }

    /// <summary>Gets what would be done, before it is; false ends it. Null: nobody is asked.</summary>
    public Func<PruneResult, bool>? Approve { get; init; }

    /// <summary>File with the store's prices, or "none"; null for what the configuration says.</summary>
    public string? Prices { get; init; }

    /// <summary>Go on though the store does not promise that its listings show what was written.</summary>
    public bool TrustsListing { get; init; }
}

/// <summary>Gives back the space of what no snapshot needs.</summary>
public static class PruneUseCase
{
    public static async Task<PruneResult> RunAsync(
        AppEnvironment environment, PruneRequest request, CancellationToken cancellationToken)
    {
        var access = new RepositoryAccess(environment, request.Access);
        var prices = PriceSource.Find(access.Location, access.Configuration, request.Prices);
        await using var open = await access.OpenForMaintenanceAsync(cancellationToken);
        // S1: a look must see what was there before it, or somebody's ledger is missed.
        if (!open.Store.Capabilities.ListsWhatWasWritten && !request.TrustsListing && !request.Options.IsDryRun)
            throw new RefusedException(
                $"{open.Store.Location} does not promise that a listing shows all that was written before, so a prune "
                + "could delete what a running backup relies on",
                "if no backup runs meanwhile, say --trust-listing");
        using var state = await LocalState.TakeAsync(
            environment, open.Repository.Id, mayUsePrivate: true, cancellationToken);
        if (request.Approve is { } approve && !request.Options.IsDryRun)
        {
            var plan = await PruneAsync(request.Options with { IsDryRun = true });
            if (!approve(plan))
                throw new RefusedException("nothing was pruned", "say --yes to prune without being asked");
        }
        return await PruneAsync(request.Options);

        async Task<PruneResult> PruneAsync(PruneOptions options)
        {
            var monitor = new WorkMonitor("reading ledgers");
            environment.Events.Watch(monitor);
            return await PruneOperation.RunAsync(
                open.Repository, state.Folder, options with { Prices = prices }, monitor, cancellationToken);
        }
    }
}
