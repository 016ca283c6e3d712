using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Costs;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;

namespace Cairn.Engine.Operations.Statistics;

/// <param name="Added">What no snapshot before it needed.</param>
public sealed record SnapshotUsage(SnapshotInfo Snapshot, RowUsage Added);

/// <param name="Snapshots">As they were given.</param>
/// <param name="PackBytes">All packs as they lie in the store, with padding and what nothing needs.</param>
/// <param name="Cost">Null if no prices are known.</param>
/// <param name="Problems">Snapshots whose ledger cannot be read, and so are left out.</param>
public sealed record RepositoryUsage(
    IReadOnlyList<SnapshotUsage> Snapshots, long Packs, long PackBytes, long UnknownPacks,
    IReadOnlyList<ObjectProblem> Problems, StorageCost? Cost = null);

/// <summary>
/// What snapshots add to each other, from their ledgers alone. Taken in the order given, so that the sums of what was
/// added are what all of them need together.
/// </summary>
public static class StatisticsOperation
{
    // Ledgers of large snapshots are some hundred KiB.
    const int LedgersAtOnce = 16;

    public static async Task<RepositoryUsage> RunAsync(
        ReadSession session, IReadOnlyList<SnapshotInfo> snapshots, StorePrices? prices, WorkMonitor monitor,
        CancellationToken cancellationToken)
    {
        var rows = await CreateSetAsync(session, cancellationToken);
        var usages = new List<SnapshotUsage>();
        var problems = new List<ObjectProblem>();
        monitor.Expect(snapshots.Count, bytes: 0);
        foreach (var some in snapshots.Chunk(LedgersAtOnce))
        {
            var ledgers = await Task.WhenAll(some.Select(snapshot =>
                TryReadAsync(session, snapshot, problems, cancellationToken)));
            foreach (var (snapshot, ledger) in some.Zip(ledgers))
            {
                if (ledger is not null)
                    usages.Add(new SnapshotUsage(snapshot, rows.Add(ledger)));
                monitor.Add(files: 1, bytes: 0);
            }
        }
        var (packs, bytes, cost) = await CountPacksAsync(session, prices, cancellationToken);
        return new RepositoryUsage(usages, packs, bytes, rows.Unknown.Count, problems, cost);
    }

    /// <summary>What the second snapshot needs and the first does not.</summary>
    public static async Task<RowUsage> CompareAsync(
        ReadSession session, SnapshotInfo before, SnapshotInfo after, CancellationToken cancellationToken)
    {
        var rows = await CreateSetAsync(session, cancellationToken);
        rows.Add(await SnapshotLedger.ReadAsync(session.Repository, before.Name, cancellationToken));
        return rows.Add(await SnapshotLedger.ReadAsync(session.Repository, after.Name, cancellationToken));
    }

    static async Task<RowSet> CreateSetAsync(ReadSession session, CancellationToken cancellationToken)
    {
        await session.Moves.LookAsync(cancellationToken);
        return new RowSet(session.Index, session.Moves.Moves, session.Retired.Deleted);
    }

    static async Task<Ledger?> TryReadAsync(
        ReadSession session, SnapshotInfo snapshot, List<ObjectProblem> problems, CancellationToken cancellationToken)
    {
        try
        {
            return await SnapshotLedger.ReadAsync(session.Repository, snapshot.Name, cancellationToken);
        }
        catch (Exception e) when (ObjectProblem.TryFrom(snapshot.Name.Key, e) is { } problem)
        {
            lock (problems)
                problems.Add(problem);
            return null;
        }
    }

    static async Task<(long Packs, long Bytes, StorageCost? Cost)> CountPacksAsync(
        ReadSession session, StorePrices? prices, CancellationToken cancellationToken)
    {
        var (packs, bytes) = (0L, 0L);
        var cost = prices is null ? null : new StorageCost(prices);
        await foreach (var info in session.Repository.Store.ListAsync(ObjectNames.Packs, cancellationToken))
        {
            if (info.ForeignName is not null || !ObjectNames.TryParsePack(info.Key, out _))
                continue;
            packs++;
            bytes += info.Size;
            cost = cost?.Add(info.StorageClass, info.Size);
        }
        return (packs, bytes, cost);
    }
}
