using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Writing;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Prune;

/// <summary>
/// Does what was decided, in an order in which the run may end behind every request: what is announced comes before
/// what relies on it, deletions last of their kind.
/// </summary>
sealed class PruneExecution(
    Repository repository, BlobIndex index, RetiredLog retired, MoveLog moves, Signer signer, PruneOptions options,
    PruneTally tally)
{
    readonly RetiredAnnouncer _writer = new(repository, retired, signer);

    /// <summary>False if another look would find nothing to do that this run may do yet.</summary>
    public async Task<bool> RunAsync(PruneSteps steps, RepackPlan repack, CancellationToken cancellationToken)
    {
        if (steps.Unseen.Count > 0)
            await AnnounceAsync(_writer.RecordFirstSeenAsync(steps.Unseen, cancellationToken));
        await VoidAsync(steps, cancellationToken);
        await DeleteAsync(steps, cancellationToken);
        if (steps.Proposals.Count > 0)
            await AnnounceAsync(_writer.ProposeVoidAsync(steps.Proposals, cancellationToken));
        tally.LedgersProposed += steps.Proposals.Count;
        if (steps.Condemnable.Count > 0)
        {
            await AnnounceAsync(_writer.CondemnAsync(steps.Condemnable.Select(pack => pack.Name), cancellationToken));
            tally.Condemned += PruneSteps.SumOf(steps.Condemnable);
        }
        var hasMoved = !repack.IsEmpty
            && await new Repacker(repository, index, retired, moves, signer, tally)
                .RunAsync(repack, cancellationToken);
        // Behind a void or a move there is more to condemn, behind an announcement more to end if it has no grace.
        return steps.Voids.Count > 0 || hasMoved
            || (steps.Proposals.Count + steps.Condemnable.Count > 0 && options.Grace <= TimeSpan.Zero)
            || IsOver(steps.WaitingUntil);
    }

    // Condemned by somebody while the look lasted, without a grace.
    bool IsOver(DateTimeOffset? time) => time <= repository.Environment.Time.GetUtcNow();

    async Task VoidAsync(PruneSteps steps, CancellationToken cancellationToken)
    {
        if (steps.Voids.Count > 0)
            await AnnounceAsync(_writer.VoidAsync(steps.Voids, cancellationToken));
        tally.LedgersVoided += steps.Voids.Count;
        // The snapshot first: without its ledger it would look like a loss.
        var snapshots = Unlocked(steps, steps.DeadSnapshots.Select(snapshot => snapshot.Key));
        await DeleteAllAsync(snapshots, cancellationToken);
        tally.SnapshotsRemoved += snapshots.Count;
        await DeleteAllAsync(Unlocked(steps, steps.DeadLedgers.Select(ledger => ledger.Key)), cancellationToken);
    }

    async Task DeleteAsync(PruneSteps steps, CancellationToken cancellationToken)
    {
        // M5: the list first.
        if (steps.Due.Count > 0)
            await AnnounceAsync(_writer.AnnounceDeletionAsync(steps.Due.Select(pack => pack.Name), cancellationToken));
        ListedPack[] all = [.. steps.Deletable, .. steps.Due];
        var refused = await DeleteAllAsync(
            Unlocked(steps, all.Select(pack => ObjectNames.Pack(pack.Name))), cancellationToken);
        foreach (var pack in all)
        {
            index.RemovePack(pack.Name);
            if (steps.Locked.ContainsKey(ObjectNames.Pack(pack.Name)))
                continue;
            var sum = new PackSum(1, pack.Size);
            if (refused.Contains(ObjectNames.Pack(pack.Name)))
                tally.Protected += sum;
            else
                tally.Deleted += sum;
        }
    }

    // What a lock keeps goes in a later run: to try would cost a request and change nothing.
    static List<ObjectKey> Unlocked(PruneSteps steps, IEnumerable<ObjectKey> keys) =>
        [.. keys.Where(key => !steps.Locked.ContainsKey(key))];

    /// <summary>Returns what the store protects for now: a later run finds it on its list again.</summary>
    async Task<HashSet<ObjectKey>> DeleteAllAsync(IEnumerable<ObjectKey> keys, CancellationToken cancellationToken)
    {
        var refused = new HashSet<ObjectKey>();
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = Math.Max(repository.Store.Capabilities.Concurrency, 1),
            CancellationToken = cancellationToken, TaskScheduler = repository.Environment.Threads.Scheduler,
        };
        await Parallel.ForEachAsync(keys, parallel, async (key, cancellation) =>
        {
            try
            {
                await repository.Store.DeleteAsync(key, cancellation);
            }
            catch (StoreException e) when (e.Kind == StoreErrorKind.Protected)
            {
                lock (refused)
                    refused.Add(key);
                lock (tally)
                    tally.AddProtected(e.Message);
            }
            lock (tally)
                tally.Requests++;
        });
        return refused;
    }

    async Task AnnounceAsync(Task put)
    {
        await put;
        tally.Requests++;
    }
}
