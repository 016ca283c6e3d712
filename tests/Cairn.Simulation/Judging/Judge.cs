using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Records;
using Cairn.Engine.Operations.Copy;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;
using Cairn.Simulation.Hosts;
using Cairn.Simulation.Worlds;
using Cairn.Testing.Simulated.Buckets;
using Cairn.Testing.Simulated.Stores;
using Cairn.Testing.Stores;
using Google.Protobuf;

namespace Cairn.Simulation.Judging;

/// <summary>
/// Knows every run, every committed snapshot and what it needs, and looks at each change of the store the moment it is
/// made: what the protocol promises (P1, P2, P4) must hold in every state. Now and then it has everything restored.
/// </summary>
/// <remarks>
/// Who asserts which invariant, and when:
/// INV-1: this one at every change (P1, P2); <see cref="FullJudgement"/>, which restores; every report of a host.
/// INV-2: this one at every PUT and DELETE; <see cref="Hosts.RunObserver"/> at every request of a host.
/// INV-3: <see cref="Hosts.HostRun.Compare(SnapshotInfo, IReadOnlyDictionary{string, RestoredNode}, bool)"/>, of all
/// that anybody ever restores, whole or not, damaged or not.
/// INV-4: this one at every deletion list and DELETE of a pack (M1, P1, P4).
/// INV-5: <see cref="Hosts.RunObserver"/> at every request of a host; and the store grants hosts no more.
/// INV-6: hosts, maintainers and readers, of how each of their runs ends; <see cref="DamageJudgement"/>.
/// INV-7: <see cref="FullJudgement"/> has no local state; hosts lose theirs.
/// INV-8: at the end of every run of hosts and readers no buffer and no file is kept. Of memory that is not rented,
/// nothing is asserted here.
/// </remarks>
sealed class Judge(World world)
{
    // Full judgements cost as much as all the rest.
    const int CommitsPerFullJudgement = 8;

    readonly Contents _contents = new(world);
    readonly Dictionary<ObjectHash, SnapshotName> _committed = [];
    readonly HashSet<ObjectHash> _reportedLedgers = [];
    readonly HashSet<string> _writers = [];
    readonly HashSet<ObjectHash> _condemned = [];
    readonly HashSet<ObjectHash> _deletionListed = [];
    readonly HashSet<ObjectHash> _void = [];
    readonly HashSet<ObjectHash> _forgotten = [];
    readonly IndexJudge _index = new(world);
    readonly Dictionary<string, DateTimeOffset> _begun = [];
    LockJudge? _locks;
    Repository? _keys;
    int _commits;

    /// <summary>Snapshots that count, by the hash of their object.</summary>
    public IReadOnlyDictionary<ObjectHash, SnapshotName> Committed => _committed;

    /// <summary>Snapshots that are forgotten by now.</summary>
    public IReadOnlySet<ObjectHash> Forgotten => _forgotten;

    public HostRun NewRun(string host)
    {
        var run = new HostRun(world.Runs.Count + 1, host);
        world.Runs.Add(run);
        return run;
    }

    public HostRun? FindRun(IReadOnlyList<string> tags) => world.Runs.Find(run => tags.Contains(run.Tag));

    /// <summary>Who may write is read anew: somebody was enrolled.</summary>
    public async Task LearnSignersAsync()
    {
        if (world.Lease is { } policy)
            _locks ??= new LockJudge(world, policy, _contents);
        _keys?.Dispose();
        _keys = await world.OpenForReadingAsync(
            world.Quiet("judge"), world.NewEnvironment(world.Clock, new Cairn.Testing.SeededRandom(0)));
    }

    /// <summary>P2: what was reported counts, and goes on to count.</summary>
    /// <param name="forgottenBefore">What was forgotten when the run's last look began (H5).</param>
    public void Report(HostRun run, IReadOnlySet<ObjectHash> forgottenBefore)
    {
        var name = run.Reported!.Value;
        world.Require(
            !forgottenBefore.Contains(name.Hash),
            $"{run} is reported, and was forgotten before its last look (H5, INV-1)");
        world.Require(
            !_void.Contains(name.Ledger) || _forgotten.Contains(name.Hash),
            $"{run} is reported, and its ledger is void (P2, INV-1)");
        world.Require(
            _committed.ContainsKey(name.Hash) || _forgotten.Contains(name.Hash),
            $"{run} is reported, and its snapshot is not there (INV-1)");
        if (!_forgotten.Contains(name.Hash))
            _reportedLedgers.Add(name.Ledger);
    }

    /// <summary>P2: a copy that is said to be there counts, if nobody gave it up since.</summary>
    public void ReportCopy(CopiedSnapshot copy)
    {
        var hash = copy.Target!.Value;
        if (_forgotten.Contains(hash))
            return;
        world.Require(
            _committed.TryGetValue(hash, out var name),
            $"the snapshot {copy.Source.Name.Key} is said to be copied, and its copy is not there (INV-1)");
        _reportedLedgers.Add(name.Ledger);
    }

    /// <summary>That host begins a run: of the locks that it may rely on.</summary>
    public void BeginRun(string caller) => _begun[caller] = world.Clock.GetUtcNow();

    /// <summary>A run that renewed locks, and missed nothing, began then.</summary>
    public void Renew(DateTimeOffset begun) => _locks?.Renewed(begun);

    /// <summary>Everything that is needed is locked for as long as it should be.</summary>
    public void JudgeLocks()
    {
        if (_locks?.FindUnlocked(_committed.Values) is { } wrong)
            throw world.Fail($"{wrong} (INV-1, L1, L2)");
    }

    /// <summary>Its lock ran out, and somebody removed it.</summary>
    public void ObserveLapse(string name)
    {
        var key = new ObjectKey(name);
        if (ObjectNames.TryParsePack(key, out var pack))
        {
            _contents.RemovePack(pack);
            foreach (var snapshot in _committed.Values)
                world.Require(
                    _contents.FindLost(snapshot.Ledger) is null, $"{name} lapsed: {snapshot.Key} needs it (P1)");
        }
        else if (ObjectNames.TryParseLedger(key, out _, out var ledger))
            world.Require(_void.Contains(ledger.Hash), $"{name} lapsed, and is not void (M7)");
        else
            world.Require(
                ObjectNames.TryParseSnapshot(key, out var snapshot) && !_committed.ContainsKey(snapshot.Hash),
                $"{name} lapsed, and is needed (INV-1)");
    }

    /// <summary>Called right behind each request that arrived.</summary>
    public void Observe(SimulatedCall call)
    {
        if (call.Member is not (StoreMember.Put or StoreMember.Delete))
            return;
        var versions = world.Bucket.Versions(call.Name);
        var current = versions.Count > 0 ? versions[^1] : null;
        if (call.Member == StoreMember.Delete)
            ObserveDelete(call);
        else if (current is { IsDeleteMarker: false })
            ObservePut(call, current, versions);
    }

    void ObserveDelete(SimulatedCall call)
    {
        var key = new ObjectKey(call.Name);
        if (ObjectNames.TryParseLedger(key, out _, out var ledger))
        {
            world.Require(_void.Contains(ledger.Hash), $"{call}: its void is not final (M7)");
            return;
        }
        if (ObjectNames.TryParseSnapshot(key, out var snapshot))
        {
            world.Require(_forgotten.Contains(snapshot.Hash), $"{call}: it is not forgotten (INV-1)");
            return;
        }
        if (ObjectNames.TryParseDated(ObjectNames.Index, key, out var index))
        {
            _index.ObserveDelete(index, call);
            return;
        }
        world.Require(ObjectNames.TryParsePack(key, out var pack), $"something else is deleted: {call} (INV-2)");
        _contents.RemovePack(pack);
        world.Require(_deletionListed.Contains(pack), $"{call}: stands on no deletion list (P4, INV-4)");
        foreach (var name in _committed.Values)
        {
            if (_contents.FindLost(name.Ledger) is { } lost)
                throw world.Fail($"{call}: {name.Key} needs row {lost.Row} of {lost.Pack} (P1, INV-1)");
        }
    }

    void ObservePut(SimulatedCall call, ObjectVersion version, IReadOnlyList<ObjectVersion> versions)
    {
        // INV-2: written once. (A store that ignores conditions may hold the same bytes twice.)
        world.Require(
            versions.All(other => other.IsDeleteMarker || other.Content.AsSpan().SequenceEqual(version.Content)),
            $"{call}: overwrites (INV-2)");
        var key = new ObjectKey(call.Name);
        if (ObjectNames.TryParsePack(key, out var pack))
            _contents.AddPack(call.Caller, pack, version, _keys!.Keys);
        else if (ObjectNames.TryParseLedger(key, out _, out var ledger))
            _contents.AddLedger(ledger.Hash, version, _keys!);
        else if (ObjectNames.TryParseSnapshot(key, out var snapshot))
            Commit(call, snapshot);
        else if (ObjectNames.TryParseDated(ObjectNames.Index, key, out var index))
            _index.ObservePut(index, version.Content, _keys!);
        else if (ObjectNames.TryParseDated(ObjectNames.Retired, key, out var retired) && _writers.Add(call.Name))
            Apply(RetiredLog.Open(version.Content, retired, _keys!.Keys, _keys.Signers).Record);
        else if (call.Name.StartsWith(ObjectNames.Moves, StringComparison.Ordinal) && _writers.Add(call.Name))
            _contents.AddMoves(version, _keys!, _condemned);
        world.TellOf(call.Name);
    }

    void Commit(SimulatedCall call, SnapshotName name)
    {
        world.Require(
            _contents.HasLedger(name.Ledger), $"{call}: committed before its ledger (H3, INV-1)");
        // A late repetition of a PUT brings back a snapshot that was forgotten, and its packs went by decision.
        if (_forgotten.Contains(name.Hash))
            world.Coverage.Count("late PUT of a forgotten snapshot");
        if (_void.Contains(name.Ledger) || _forgotten.Contains(name.Hash) || !_committed.TryAdd(name.Hash, name))
            return;
        if (_contents.FindLost(name.Ledger) is { } lost)
            throw world.Fail($"{call}: it needs row {lost.Row} of {lost.Pack}, which is gone (P1, INV-1)");
        if (_locks?.FindShort(name, _begun[call.Caller]) is { } tooShort)
            throw world.Fail($"{call}: {tooShort} (L3)");
        JudgeLocks();
        _contents.CountUse(name.Ledger, call.Caller);
        if (++_commits % CommitsPerFullJudgement == 0)
            JudgeFully();
    }

    void Apply(RetiredRecord record)
    {
        foreach (var pack in Hashes(record.Condemnation?.Packs))
            _condemned.Add(pack);
        foreach (var pack in Hashes(record.Deletion?.Packs))
        {
            world.Require(_condemned.Contains(pack), $"{pack} is to be deleted and was never condemned (M1, INV-4)");
            _deletionListed.Add(pack);
        }
        foreach (var snapshot in Hashes(record.Forgotten?.Objects))
        {
            _forgotten.Add(snapshot);
            // By decision, and so is the void of its ledger.
            if (_committed.Remove(snapshot, out var name))
                _reportedLedgers.Remove(name.Ledger);
        }
        foreach (var ledger in Hashes(record.VoidFinal?.Objects))
        {
            _void.Add(ledger);
            world.Require(!_reportedLedgers.Contains(ledger), $"the ledger {ledger} was reported, and is void (P2)");
            foreach (var name in _committed.Values.Where(name => name.Ledger == ledger).ToList())
                _committed.Remove(name.Hash);
        }
    }

    /// <summary>Restores everything, and checks everything, while the world stands still.</summary>
    public void JudgeFully()
    {
        world.Coverage.Count("full judgement");
        if (new FullJudgement(world).Run() is { } wrong)
            throw world.Fail(wrong);
    }

    /// <summary>Whether somebody still needs it: for counting only.</summary>
    public bool IsNeeded(ObjectHash pack) => _committed.Values.Any(
        name => _contents.PacksOf(name.Ledger).Contains(PackPrefix.Of(pack)));

    /// <summary>Objects without which something is not as it should be: a check must tell what befalls them.</summary>
    public bool IsNeeded(string name)
    {
        var key = new ObjectKey(name);
        if (ObjectNames.TryParseSnapshot(key, out var snapshot))
            return _committed.ContainsKey(snapshot.Hash);
        if (ObjectNames.TryParseLedger(key, out _, out var ledger))
            return _committed.Values.Any(committed => committed.Ledger == ledger.Hash);
        return ObjectNames.TryParsePack(key, out var pack)
            ? IsNeeded(pack)
            : name is "cairn.json" || name.StartsWith("index/", StringComparison.Ordinal);
    }

    /// <summary>Objects of the packs in which rows that it needs lie, or to which they were moved.</summary>
    public IEnumerable<string> PlacesOf(SnapshotName name) => _contents.PlacesOf(name.Ledger);

    /// <summary>Objects of the packs that its ledger names; null if one of them is on its way out.</summary>
    public IReadOnlyList<string>? LastingPacksOf(SnapshotName name)
    {
        var packs = _contents.PacksOf(name.Ledger).ToHashSet();
        return _deletionListed.Any(pack => packs.Contains(PackPrefix.Of(pack)))
            ? null
            : [.. packs.Select(_contents.NameOf)];
    }

    /// <summary>A fact that every pack tells of itself; 0 of one that never was.</summary>
    public int RowsOf(PackPrefix pack) => _contents.RowsOf(pack);

    public void Dispose() => _keys?.Dispose();

    static IEnumerable<ObjectHash> Hashes(IEnumerable<ByteString>? list) =>
        (list ?? []).Select(bytes => new ObjectHash(bytes.Span));
}
