using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;
using Cairn.Simulation.Judging;
using Cairn.Simulation.Worlds;
using Cairn.Testing;
using Cairn.Testing.Repositories;

namespace Cairn.Simulation.Maintenance;

/// <summary>
/// Maintains by the letter of docs/design/commit-protocol.md (M1 to M7, V1, V2), and is in everything that the rules
/// leave open as rough as can be: it plans blindly, waits for nobody, gives up ledgers of runs under way, and forgets
/// whatever it likes.
/// </summary>
sealed class ScriptedMaintenance(World world, string name, SecretKey seed, SeededRandom random) : IMaintenance
{
    public async Task RunAsync(
        IObjectStore store, EngineEnvironment environment, CancellationToken cancellationToken)
    {
        using var repository = await world.OpenForReadingAsync(store, environment);
        using var signer = new Signer(seed);
        var round = new MaintenanceRound(world, name, random, repository, signer, environment);
        await round.BeginAsync(cancellationToken);
        if (random.NextInt(2) == 0)
            await round.ForgetAsync(cancellationToken);
        if (random.NextInt(2) == 0)
            await round.VoidAsync(cancellationToken);
        await round.PruneAsync(cancellationToken);
    }
}

/// <summary>What one process knows, and does.</summary>
sealed class MaintenanceRound(
    World world, string name, SeededRandom random, Repository repository, Signer signer,
    EngineEnvironment environment)
{
    readonly RetiredLog _retired = new(repository.Store, repository.Keys, repository.Signers);
    readonly RetiredWriter _writer = new(repository.Keys, signer, environment, repository.Store);

    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        await _writer.FindEndAsync(repository.Signers, cancellationToken);
        await _retired.LookAsync(cancellationToken);
    }

    /// <summary>Retention decides that some snapshots no longer count.</summary>
    public async Task ForgetAsync(CancellationToken cancellationToken)
    {
        var snapshots = await SnapshotsAsync(ObjectNames.Snapshots, cancellationToken);
        ObjectHash[] victims =
        [
            .. snapshots.Where(snapshot => !_retired.Forgotten.Contains(snapshot.Hash) && random.NextInt(4) == 0)
                .Select(snapshot => snapshot.Hash),
        ];
        if (victims.Length == 0)
            return;
        world.Coverage.Count("snapshot forgotten", victims.Length);
        world.Log.Add($"{name}: forgets {victims.Length} snapshots");
        await _writer.ForgetAsync(victims, cancellationToken);
        _retired.Forgotten.UnionWith(victims);
    }

    /// <summary>Gives up ledgers that have no snapshot; also those of runs that are under way.</summary>
    public async Task VoidAsync(CancellationToken cancellationToken)
    {
        var named = (await SnapshotsAsync(ObjectNames.Snapshots, cancellationToken))
            .Select(snapshot => snapshot.Ledger).ToHashSet();
        var ledgers = await LedgersAsync(cancellationToken);
        var alone = ledgers.Where(ledger => !named.Contains(ledger.Hash) && !_retired.Void.Contains(ledger.Hash)
            && (_retired.VoidProposed.Contains(ledger.Hash) || random.NextInt(2) == 0)).ToList();
        if (alone.Count == 0)
            return;
        // V1, but for who goes on with what somebody else proposed.
        var proposed = alone.Select(ledger => ledger.Hash).Where(hash => !_retired.VoidProposed.Contains(hash))
            .ToList();
        if (proposed.Count > 0 && world.Mutation != Mutation.VoidUnproposed)
        {
            world.Coverage.Count("void proposed", proposed.Count);
            world.Log.Add($"{name}: proposes to void {proposed.Count} ledgers");
            await _writer.ProposeVoidAsync(proposed, cancellationToken);
            await PauseAsync();
        }
        // V2: the look for the snapshot comes behind the proposal.
        if (world.Mutation != Mutation.VoidWithoutLook)
            named = [.. (await SnapshotsAsync(ObjectNames.Snapshots, cancellationToken))
                .Select(snapshot => snapshot.Ledger)];
        ObjectHash[] final = [.. alone.Select(ledger => ledger.Hash).Where(hash => !named.Contains(hash))];
        world.Coverage.Count("void given up", alone.Count - final.Length);
        if (final.Length == 0)
            return;
        await PauseAsync();
        world.Coverage.Count("void final", final.Length);
        world.Log.Add($"{name}: voids {final.Length} ledgers");
        await _writer.MakeVoidAsync(final, cancellationToken);
    }

    public async Task PruneAsync(CancellationToken cancellationToken)
    {
        // What others listed is carried out without another look (M4).
        var leftovers = (await PacksAsync(cancellationToken)).Where(_retired.Deleted.Contains).ToList();
        world.Coverage.Count("deletion taken up", leftovers.Count);
        await DeleteAsync(leftovers, cancellationToken);

        var condemned = await CondemnAsync(cancellationToken);
        await PauseAsync();
        // M3: what is known before the look begins.
        var known = _retired.Condemned.Union(condemned).ToHashSet();
        HashSet<UInt128>? needed = null;
        if (world.Mutation != Mutation.NoSecondLook)
            needed = await NeededAsync(cancellationToken);
        if (world.Mutation == Mutation.LookCountsForNew)
            known.UnionWith(_retired.Condemned);
        var there = await PacksAsync(cancellationToken);
        var candidates = there.Where(pack => known.Contains(pack) && !_retired.Deleted.Contains(pack)).ToList();
        var deletable = candidates
            .Where(pack => needed is null ? condemned.Contains(pack) : !needed.Contains(Judge.PrefixOf(pack))).ToList();
        world.Coverage.Count("spared", candidates.Count - deletable.Count);
        if (deletable.Count == 0)
            return;
        world.Coverage.Count("deletion listed", deletable.Count);
        world.Log.Add($"{name}: deletes {deletable.Count} packs, spares {candidates.Count - deletable.Count}");
        if (world.Mutation == Mutation.DeletionUnlisted)
            await DeleteAsync(deletable, cancellationToken);
        await _writer.ListDeletionAsync(deletable, cancellationToken);
        await PauseAsync();
        await DeleteAsync(deletable, cancellationToken);
    }

    // M1, M2: the plan may be as wrong as it likes.
    async Task<HashSet<ObjectHash>> CondemnAsync(CancellationToken cancellationToken)
    {
        var needed = await NeededAsync(cancellationToken);
        var isBlind = random.NextInt(3) == 0;
        var share = 1 + random.NextInt(4);
        var victims = (await PacksAsync(cancellationToken))
            .Where(pack => !_retired.Condemned.Contains(pack)
                && (isBlind ? random.NextInt(share) == 0 : !needed.Contains(Judge.PrefixOf(pack)))).ToHashSet();
        if (victims.Count == 0)
            return victims;
        world.Coverage.Count("condemned", victims.Count);
        world.Coverage.Count("condemned while needed", victims.Count(world.Judge.IsNeeded));
        world.Log.Add($"{name}: condemns {victims.Count} packs{(isBlind ? " blindly" : "")}");
        await _writer.CondemnAsync(victims, cancellationToken);
        return victims;
    }

    /// <summary>A look: all ledgers, and behind them what was retired.</summary>
    async Task<HashSet<UInt128>> NeededAsync(CancellationToken cancellationToken)
    {
        var read = new List<(ObjectHash Hash, Ledger Ledger)>();
        var gone = new List<ObjectHash>();
        foreach (var (key, hash) in await LedgersAsync(cancellationToken))
        {
            try
            {
                read.Add(
                    (hash, await ObjectReader.ReadAsync(repository.Store, key, hash, OpenLedger, cancellationToken)));
            }
            catch (StoreException e) when (e.Kind == StoreErrorKind.NotFound)
            {
                gone.Add(hash);
            }
        }
        var snapshots = await SnapshotsAsync(ObjectNames.Snapshots, cancellationToken);
        await _retired.LookAsync(cancellationToken);
        world.Require(gone.All(_retired.Void.Contains), $"{name} misses a ledger that is not void (P2)");
        var forgotten = snapshots.Where(snapshot => _retired.Forgotten.Contains(snapshot.Hash))
            .Select(snapshot => snapshot.Ledger).ToHashSet();
        // M7: a ledger counts until its void is final, or its snapshot is forgotten.
        return
        [
            .. read.Where(ledger => !_retired.Void.Contains(ledger.Hash) && !forgotten.Contains(ledger.Hash)
                    && !(world.Mutation == Mutation.ProposalFrees && _retired.VoidProposed.Contains(ledger.Hash)))
                .SelectMany(ledger => ledger.Ledger.Packs.Select(pack => pack.PackPrefix)),
        ];
    }

    Ledger OpenLedger(ReadOnlyMemory<byte> bytes) => LedgerCodec.Decode(
        IndexEnvelope.Open(ObjectType.Ledger, bytes.Span, repository.Keys, repository.Signers).Body);

    async Task DeleteAsync(List<ObjectHash> packs, CancellationToken cancellationToken)
    {
        foreach (var pack in packs)
            await repository.Store.DeleteAsync(ObjectNames.Pack(pack), cancellationToken);
    }

    async Task<List<ObjectHash>> PacksAsync(CancellationToken cancellationToken)
    {
        var packs = new List<ObjectHash>();
        await foreach (var info in repository.Store.ListAsync(ObjectNames.Packs, cancellationToken))
        {
            if (ObjectNames.TryParsePack(info.Key, out var pack))
                packs.Add(pack);
        }
        return packs;
    }

    async Task<List<(ObjectKey Key, ObjectHash Hash)>> LedgersAsync(CancellationToken cancellationToken)
    {
        var ledgers = new List<(ObjectKey, ObjectHash)>();
        await foreach (var info in repository.Store.ListAsync(ObjectNames.Ledgers, cancellationToken))
        {
            if (ObjectNames.TryParseLedger(info.Key, out _, out var ledger))
                ledgers.Add((info.Key, ledger.Hash));
        }
        return ledgers;
    }

    async Task<List<SnapshotName>> SnapshotsAsync(string prefix, CancellationToken cancellationToken)
    {
        var snapshots = new List<SnapshotName>();
        await foreach (var info in repository.Store.ListAsync(prefix, cancellationToken))
        {
            if (ObjectNames.TryParseSnapshot(info.Key, out var snapshot))
                snapshots.Add(snapshot);
        }
        return snapshots;
    }

    Task PauseAsync() => world.WaitAsync(random, TimeSpan.FromMinutes(random.NextInt(3) == 0 ? 3000 : 0.02));
}
