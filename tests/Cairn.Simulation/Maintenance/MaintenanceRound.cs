using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Operations.Prune;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Simulation.Judging;
using Cairn.Simulation.Worlds;
using Cairn.Testing;
using Cairn.Testing.Repositories;
using Cairn.Testing.State;

namespace Cairn.Simulation.Maintenance;

/// <summary>What one process of a scripted maintainer knows, and does.</summary>
sealed class MaintenanceRound
{
    readonly World _world;
    readonly string _name;
    readonly SeededRandom _random;
    readonly Repository _repository;
    readonly Signer _signer;
    readonly RetiredLog _retired;
    readonly RetiredWriter _writer;
    readonly MoveLog _moves;
    readonly MaintenanceLook _look;
    readonly MeetingManners? _manners;

    /// <param name="manners">Of who comes to meet others; else all is left to chance.</param>
    public MaintenanceRound(
        World world, string name, SeededRandom random, Repository repository, Signer signer,
        EngineEnvironment environment, MeetingManners? manners = null)
    {
        _manners = manners;
        (_world, _name, _random) = (world, name, random);
        (_repository, _signer) = (repository, signer);
        _retired = new RetiredLog(repository.Store, repository.Keys, repository.Signers);
        _writer = new RetiredWriter(repository.Keys, signer, environment, repository.Store);
        _moves = new MoveLog(repository.Store, repository.Keys, repository.Signers);
        _look = new MaintenanceLook(world, name, random, repository, _retired, _moves, manners?.BetweenListings);
    }

    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        await _writer.FindEndAsync(_repository.Signers, cancellationToken);
        await _retired.LookAsync(_repository, cancellationToken);
    }

    /// <summary>Retention decides that some snapshots no longer count.</summary>
    public Task ForgetAsync(CancellationToken cancellationToken) =>
        ForgetAsync(_ => _random.NextInt(4) == 0, cancellationToken);

    public async Task ForgetAsync(Func<SnapshotName, bool> isVictim, CancellationToken cancellationToken)
    {
        var snapshots = await _look.SnapshotsAsync(cancellationToken);
        ObjectHash[] victims =
        [
            .. snapshots.Where(snapshot => !_retired.Forgotten.Contains(snapshot.Hash) && isVictim(snapshot))
                .Select(snapshot => snapshot.Hash),
        ];
        if (victims.Length == 0)
            return;
        _world.Coverage.Count("snapshot forgotten", victims.Length);
        _world.Log.Add($"{_name}: forgets {victims.Length} snapshots");
        await _writer.ForgetAsync(victims, cancellationToken);
        _retired.Forgotten.UnionWith(victims);
    }

    /// <summary>Gives up ledgers that have no snapshot; also those of runs that are under way.</summary>
    public async Task VoidAsync(CancellationToken cancellationToken)
    {
        var named = (await _look.SnapshotsAsync(cancellationToken))
            .Select(snapshot => snapshot.Ledger).ToHashSet();
        var ledgers = await _look.LedgersAsync(cancellationToken);
        var alone = ledgers.Where(ledger => !named.Contains(ledger.Hash) && !_retired.Void.Contains(ledger.Hash)
            && (_retired.VoidProposed.Contains(ledger.Hash) || _random.NextInt(2) == 0)).ToList();
        if (alone.Count == 0)
            return;
        // V1, but for who goes on with what somebody else proposed.
        var proposed = alone.Select(ledger => ledger.Hash).Where(hash => !_retired.VoidProposed.Contains(hash))
            .ToList();
        if (proposed.Count > 0 && _world.Mutation != Mutation.VoidUnproposed)
        {
            _world.Coverage.Count("void proposed", proposed.Count);
            _world.Log.Add($"{_name}: proposes to void {proposed.Count} ledgers");
            await _writer.ProposeVoidAsync(proposed, cancellationToken);
            await PauseAsync();
        }
        // V2: the look for the snapshot comes behind the proposal.
        if (_world.Mutation != Mutation.VoidWithoutLook)
            named = [.. (await _look.SnapshotsAsync(cancellationToken))
                .Select(snapshot => snapshot.Ledger)];
        ObjectHash[] final = [.. alone.Select(ledger => ledger.Hash).Where(hash => !named.Contains(hash))];
        _world.Coverage.Count("void given up", alone.Count - final.Length);
        if (final.Length == 0)
            return;
        await PauseAsync();
        _world.Coverage.Count("void final", final.Length);
        _world.Log.Add($"{_name}: voids {final.Length} ledgers");
        await _writer.MakeVoidAsync(final, cancellationToken);
    }

    public async Task PruneAsync(CancellationToken cancellationToken)
    {
        // What others listed is carried out without another look (M4).
        var leftovers = (await _look.PacksAsync(cancellationToken)).Where(_retired.Deleted.Contains).ToList();
        _world.Coverage.Count("deletion taken up", leftovers.Count);
        await DeleteAsync(leftovers, cancellationToken);

        // Who is blind needs no plan.
        var planned = _manners?.IsBlind == true ? [] : await _look.NeededAsync(cancellationToken);
        var condemned = await CondemnAsync(planned, cancellationToken);
        await PauseAsync();
        // M3: what is known before the look begins.
        var known = _retired.Condemned.Union(condemned).ToHashSet();
        HashSet<PackPrefix>? needed = null;
        if (_world.Mutation == Mutation.ListFromPlan)
            needed = planned;
        else if (_world.Mutation != Mutation.NoSecondLook)
            needed = await _look.NeededAsync(cancellationToken);
        if (_world.Mutation == Mutation.LookCountsForNew)
            known.UnionWith(_retired.Condemned);
        var there = await _look.PacksAsync(cancellationToken);
        var candidates = there.Where(pack => known.Contains(pack) && !_retired.Deleted.Contains(pack)).ToList();
        var deletable = candidates.FindAll(
            pack => needed is null ? condemned.Contains(pack) : !needed.Contains(PackPrefix.Of(pack)));
        _world.Coverage.Count("spared", candidates.Count - deletable.Count);
        if (deletable.Count == 0)
            return;
        _world.Coverage.Count("deletion listed", deletable.Count);
        _world.Log.Add($"{_name}: deletes {deletable.Count} packs, spares {candidates.Count - deletable.Count}");
        if (_world.Mutation == Mutation.DeletionUnlisted)
            await DeleteAsync(deletable, cancellationToken);
        await _writer.ListDeletionAsync(deletable, cancellationToken);
        await PauseAsync();
        await DeleteAsync(deletable, cancellationToken);
    }

    // M1, M2: the plan may be as wrong as it likes.
    async Task<HashSet<ObjectHash>> CondemnAsync(HashSet<PackPrefix> needed, CancellationToken cancellationToken)
    {
        var isBlind = _manners?.IsBlind ?? _random.NextInt(3) == 0;
        var share = 1 + _random.NextInt(4);
        var victims = (await _look.PacksAsync(cancellationToken))
            .Where(pack => !_retired.Condemned.Contains(pack)
                && (isBlind ? _random.NextInt(share) == 0 : !needed.Contains(PackPrefix.Of(pack)))).ToHashSet();
        if (victims.Count == 0)
            return victims;
        _world.Coverage.Count("condemned", victims.Count);
        _world.Coverage.Count("condemned while needed", victims.Count(_world.Judge.IsNeeded));
        _world.Log.Add($"{_name}: condemns {victims.Count} packs{(isBlind ? " blindly" : "")}");
        // M1, if it is broken: what was never condemned goes.
        if (_world.Mutation != Mutation.UncondemnedDeleted)
            await _writer.CondemnAsync(victims, cancellationToken);
        return victims;
    }

    /// <summary>Copies rows out of packs, for no reason; which rows and which packs is left to chance.</summary>
    public async Task RepackAsync(CancellationToken cancellationToken)
    {
        await _moves.LookAsync(cancellationToken);
        var there = await _look.PacksAsync(cancellationToken);
        var (index, _) = await LocalIndex.OpenAsync(
            _repository, new MemoryStateFolder(), _retired, IndexUse.Reading, cancellationToken);
        using var opened = index;
        var sources = new List<RepackSource>();
        foreach (var pack in there.Where(pack => !_retired.Deleted.Contains(pack) && _random.NextInt(3) == 0))
        {
            if (index.TryFindPack(pack, out var number) && RowsToCopy(index.GetPack(number)) is { Length: > 0 } rows)
                sources.Add(new RepackSource(
                    pack, number, index.GetPack(number).Kind, Size: 0, rows, UsedBytes: rows.Length));
        }
        if (sources.Count == 0)
            return;
        var tally = new PruneTally([]);
        _world.Log.Add($"{_name}: repacks {sources.Count} packs");
        await PauseAsync();
        await new Repacker(_repository, index, _retired, _moves, _signer, tally)
            .RunAsync(new RepackPlan(sources, UsedBytes: 0), cancellationToken);
        _world.Coverage.Count("repacked blindly", tally.Repacked.Packs);
        await PauseAsync();
    }

    int[] RowsToCopy(PackFacts pack)
    {
        var isWhole = _random.NextInt(3) > 0;
        return [.. Enumerable.Range(0, pack.RowCount).Where(_ => isWhole || _random.NextInt(2) == 0)];
    }

    async Task DeleteAsync(List<ObjectHash> packs, CancellationToken cancellationToken)
    {
        foreach (var pack in packs)
            await _repository.Store.DeleteAsync(ObjectNames.Pack(pack), cancellationToken);
    }

    // Who comes to meet others waits for nothing else.
    Task PauseAsync() => _manners is null
        ? _world.WaitAsync(_random, TimeSpan.FromMinutes(_random.NextInt(3) == 0 ? 3000 : 0.02))
        : Task.CompletedTask;
}
