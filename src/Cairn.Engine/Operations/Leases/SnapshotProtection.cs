using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Prune;
using Cairn.Engine.Repositories;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Storage;
using Cairn.Engine.Storage.Decorators;

namespace Cairn.Engine.Operations.Leases;

/// <summary>
/// Until when each snapshot is protected: the first end of a lock on anything it needs. Found out once, it is true
/// until that end comes near, since locks only grow: so a ledger is read again as seldom as its packs are renewed.
/// </summary>
sealed class SnapshotProtection(
    Repository repository, LeaseRecords records, LockKeeper locks, LeaseSight sight, MoveLog moves)
{
    readonly RowCounts _rows = new(sight.Index);

    public async Task<IReadOnlyList<SnapshotLease>> FindAsync(
        LeaseNeeds needs, Survey survey, DateTimeOffset enough, CancellationToken cancellationToken)
    {
        var common = First(needs.Common);
        var found = new List<SnapshotLease>();
        foreach (var (name, original) in needs.Snapshots)
        {
            var until = records.ProtectionOf(name.Hash);
            if (until is null || until < enough)
            {
                until = await FindAsync(name, original, needs, survey, common, cancellationToken);
                if (until is { } known)
                    records.SetProtection(name.Hash, known);
            }
            found.Add(new SnapshotLease(name, until));
        }
        return found;
    }

    async Task<DateTimeOffset?> FindAsync(
        SnapshotName name, OriginalVersion original, LeaseNeeds needs, Survey survey, DateTimeOffset? common,
        CancellationToken cancellationToken)
    {
        if (!needs.Ledgers.TryGetValue(name.Ledger, out var ledgerObject)
            || await TryReadAsync(name, cancellationToken) is not { } ledger)
            return null;
        var liveness = new Liveness();
        liveness.Add(ledger, _rows.Of);
        liveness.Resolve(
            moves.Moves, pack => !sight.Retired.Condemned.Contains(pack) && survey.IsListed(pack));
        var packs = needs.Packs.Where(found =>
            liveness.IsNeeded(found.Pack.Name, sight.RowsOf(found.Pack.Name))).Select(found => found.Original);
        return Earlier(common, First([original, ledgerObject, .. packs]));
    }

    async Task<Ledger?> TryReadAsync(SnapshotName name, CancellationToken cancellationToken)
    {
        try
        {
            return await SnapshotLedger.ReadAsync(repository, name, cancellationToken);
        }
        catch (Exception e) when (e is DamagedObjectException or UnsupportedFormatException
            || e is StoreException { Kind: StoreErrorKind.NotFound })
        {
            return null;
        }
    }

    DateTimeOffset? First(IEnumerable<OriginalVersion> objects)
    {
        DateTimeOffset? first = DateTimeOffset.MaxValue;
        foreach (var found in objects)
            first = Earlier(first, locks.LockOf(found)?.Until);
        return first;
    }

    /// <summary>Null, for what is not locked, is before everything.</summary>
    static DateTimeOffset? Earlier(DateTimeOffset? left, DateTimeOffset? right) =>
        left is { } one && right is { } other ? (one < other ? one : other) : null;
}
