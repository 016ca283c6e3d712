using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;
using Cairn.Simulation.Judging;
using Cairn.Simulation.Worlds;
using Cairn.Testing;

namespace Cairn.Simulation.Maintenance;

/// <summary>
/// What a scripted maintainer sees of the store, and what it concludes: packs that something needs. It may take as long
/// between two listings as it likes.
/// </summary>
/// <param name="between">What it waits for there; else that is left to chance.</param>
sealed class MaintenanceLook(
    World world, string name, SeededRandom random, Repository repository, RetiredLog retired, MoveLog moves,
    Func<Task>? between = null)
{
    static readonly string[] Announced = ["ledgers/", "moves/", "retired/"];

    readonly bool _isSlow = random.NextInt(4) == 0;

    /// <summary>The ledgers of all hosts, the moves, and behind them what was retired (R5).</summary>
    public async Task<HashSet<PackPrefix>> NeededAsync(CancellationToken cancellationToken)
    {
        var (read, gone) = await ReadLedgersAsync(cancellationToken);
        var snapshots = await SnapshotsAsync(cancellationToken);
        if (world.Mutation == Mutation.RetiredBeforeMoves)
            await retired.LookAsync(repository, cancellationToken);
        await PauseAsync();
        await moves.LookAsync(cancellationToken);
        await PauseAsync();
        // What was removed is known as void only now.
        if (world.Mutation != Mutation.RetiredBeforeMoves || gone.Count > 0)
            await retired.LookAsync(repository, cancellationToken);
        world.Require(gone.All(retired.Void.Contains), $"{name} misses a ledger that is not void (P2)");
        var forgotten = snapshots.Where(snapshot => retired.Forgotten.Contains(snapshot.Hash))
            .Select(snapshot => snapshot.Ledger).ToHashSet();
        // M7: a ledger counts until its void is final, or its snapshot is forgotten.
        return Resolve(read.Where(ledger => !retired.Void.Contains(ledger.Hash) && !forgotten.Contains(ledger.Hash)
                && !(world.Mutation == Mutation.ProposalFrees && retired.VoidProposed.Contains(ledger.Hash)))
            .SelectMany(ledger => ledger.Ledger.Packs));
    }

    public async Task<List<ObjectHash>> PacksAsync(CancellationToken cancellationToken)
    {
        var packs = new List<ObjectHash>();
        await foreach (var info in repository.Store.ListAsync(ObjectNames.Packs, cancellationToken))
        {
            if (ObjectNames.TryParsePack(info.Key, out var pack))
                packs.Add(pack);
        }
        return packs;
    }

    public async Task<List<(ObjectKey Key, ObjectHash Hash)>> LedgersAsync(CancellationToken cancellationToken)
    {
        var ledgers = new List<(ObjectKey, ObjectHash)>();
        await foreach (var info in repository.Store.ListAsync(ObjectNames.Ledgers, cancellationToken))
        {
            if (ObjectNames.TryParseLedger(info.Key, out _, out var ledger))
                ledgers.Add((info.Key, ledger.Hash));
        }
        return ledgers;
    }

    public async Task<List<SnapshotName>> SnapshotsAsync(CancellationToken cancellationToken)
    {
        var snapshots = new List<SnapshotName>();
        await foreach (var info in repository.Store.ListAsync(ObjectNames.Snapshots, cancellationToken))
        {
            if (ObjectNames.TryParseSnapshot(info.Key, out var snapshot))
                snapshots.Add(snapshot);
        }
        return snapshots;
    }

    // R3, R4.
    HashSet<PackPrefix> Resolve(IEnumerable<LedgerPack> named)
    {
        var graph = new MoveGraph();
        var places = new List<Place>();
        var needed = new HashSet<PackPrefix>();
        var known = moves.Moves.ToList();
        if (world.Mutation == Mutation.OneMoveFollowed)
            known = [.. known.OrderBy(_ => random.NextInt(1000)).DistinctBy(move => move.From)];
        foreach (var move in known)
            graph.Add(move);
        foreach (var pack in named)
        {
            var rows = world.Judge.RowsOf(pack.Prefix);
            places.AddRange(MoveGraph.PlacesOf(pack, rows));
            // A pack that nobody ever saw: it may be on its way.
            if (rows == 0)
                needed.Add(pack.Prefix);
        }
        var condemned = retired.Condemned.Select(pack => PackPrefix.Of(pack)).ToHashSet();
        var reached = graph.Reach(places);
        world.Coverage.Count("place followed through a move", reached.Count - places.Distinct().Count());
        reached.ExceptWith(graph.Free(
            pack => world.Mutation == Mutation.MoveTrusted || !condemned.Contains(pack)));
        needed.UnionWith(reached.Select(place => place.Pack));
        return needed;
    }

    async Task<(List<(ObjectHash Hash, Ledger Ledger)> Read, List<ObjectHash> Gone)> ReadLedgersAsync(
        CancellationToken cancellationToken)
    {
        var (read, gone) = (new List<(ObjectHash, Ledger)>(), new List<ObjectHash>());
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
            // S4 says to stop.
            catch (DamagedObjectException e) when (e.IsOfUnknownSigner
                && world.Mutation == Mutation.UnverifiedPassedOver)
            {
            }
        }
        return (read, gone);
    }

    Ledger OpenLedger(ReadOnlyMemory<byte> bytes) => LedgerCodec.Decode(
        IndexEnvelope.Open(ObjectType.Ledger, bytes.Span, repository.Keys, repository.Signers).Body);

    // For a time of its own, or until somebody announces something.
    Task PauseAsync()
    {
        if (between is not null)
            return between();
        if (!_isSlow)
            return Task.CompletedTask;
        return random.NextInt(2) == 0
            ? world.WaitAsync(random, TimeSpan.FromDays(2))
            : world.NextAsync(Announced[random.NextInt(Announced.Length)], TimeSpan.FromDays(4));
    }
}
