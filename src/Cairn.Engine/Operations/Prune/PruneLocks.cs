using System.Collections.Concurrent;
using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Leases;
using Cairn.Engine.Repositories;
using Cairn.Engine.State;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Prune;

/// <summary>
/// What of the objects that are to go a lock still keeps: no deletion of these is tried. Known from own records, else
/// asked for once. Where nothing is locked, nothing is asked.
/// </summary>
sealed class PruneLocks(Repository repository, IStateFolder state)
{
    readonly ConcurrentDictionary<ObjectKey, DateTimeOffset> _ends = [];
    readonly LeaseRecords? _records =
        repository.Descriptor.Lease is null ? null : LeaseRecords.Load(state, repository.Id);

    public async Task<PruneSteps> ApplyAsync(PruneSteps steps, CancellationToken cancellationToken)
    {
        if (_records is null || repository.Store.Versions is not { Now: { } now } versions)
            return steps;
        var packs = steps.Deletable.Concat(steps.Due).ToList();
        ObjectKey[] going =
        [
            .. packs.Select(pack => ObjectNames.Pack(pack.Name)),
            .. steps.DeadLedgers.Select(ledger => ledger.Key), .. steps.DeadSnapshots.Select(snapshot => snapshot.Key),
        ];
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = Math.Max(repository.Store.Capabilities.Concurrency, 1),
            CancellationToken = cancellationToken, TaskScheduler = repository.Environment.Threads.Scheduler,
        };
        await Parallel.ForEachAsync(
            going.Where(key => !_ends.ContainsKey(key)), parallel,
            async (key, cancellation) => _ends[key] = await EndOfAsync(versions, key, now, cancellation));
        var locked = going.Where(key => _ends[key] > now).ToDictionary(key => key, key => _ends[key]);
        var lockedPacks = packs.FindAll(pack => locked.ContainsKey(ObjectNames.Pack(pack.Name)));
        return steps with
        {
            Locked = locked, LockedPacks = lockedPacks,
            LockedUntil = lockedPacks.Count == 0
                ? null
                : lockedPacks.Max(pack => locked[ObjectNames.Pack(pack.Name)]),
        };
    }

    async Task<DateTimeOffset> EndOfAsync(
        IObjectVersions versions, ObjectKey key, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Somebody else may have renewed it since, but never shortened it.
        if (_records!.TryFindAny(key) is { } known && known.Until > now)
            return known.Until;
        try
        {
            var held = await versions.GetLockAsync(new ObjectVersionKey(key, Id: null), cancellationToken);
            return held?.Until ?? DateTimeOffset.MinValue;
        }
        // Who may delete and not look tries, and the store decides.
        catch (StoreException e) when (e.Kind is StoreErrorKind.NotFound or StoreErrorKind.Refused)
        {
            return DateTimeOffset.MinValue;
        }
    }
}
