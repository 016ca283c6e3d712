using Cairn.App.Access;
using Cairn.App.Retention;
using Cairn.App.Snapshots;
using Cairn.Engine.Operations;
using Cairn.Engine.Operations.Statistics;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;

namespace Cairn.App.Reading;

public sealed record StatisticsRequest
{
    public required AccessOptions Access { get; init; }

    /// <summary>As of <see cref="Retention.PruneRequest.Prices"/>.</summary>
    public string? Prices { get; init; }
    public SnapshotFilter Filter { get; init; } = SnapshotFilter.Everything;
}

/// <param name="Usage">Of the snapshots that the filter let through, as if there were no others.</param>
/// <param name="Problems">Snapshots that cannot be read, and so do not count.</param>
public sealed record StatisticsReport(RepositoryUsage Usage, IReadOnlyList<ObjectProblem> Problems);

public static class StatisticsUseCase
{
    public static async Task<StatisticsReport> RunAsync(
        AppEnvironment environment, StatisticsRequest request, CancellationToken cancellationToken)
    {
        var access = new RepositoryAccess(environment, request.Access);
        var prices = PriceSource.Find(access.Location, access.Configuration, request.Prices);
        await using var open = await OpenSnapshots.OpenAsync(environment, request.Access, cancellationToken);
        var listing = await SnapshotCatalog.ListAsync(open.Session.Repository, cancellationToken);
        var monitor = new WorkMonitor("adding up");
        environment.Events.Watch(monitor);
        var usage = await StatisticsOperation.RunAsync(
            open.Session, request.Filter.Select(listing.Snapshots), prices, monitor, cancellationToken);
        return new StatisticsReport(usage, [.. listing.Problems, .. usage.Problems]);
    }

    /// <summary>One snapshot with all that it keeps of the run that made it.</summary>
    public static async Task<SnapshotInfo> ShowAsync(
        AppEnvironment environment, AccessOptions access, SnapshotReference reference, string? host,
        CancellationToken cancellationToken)
    {
        await using var open = await OpenSnapshots.OpenAsync(environment, access, cancellationToken);
        return await open.FindAsync(reference, host, environment.Events, cancellationToken);
    }
}
