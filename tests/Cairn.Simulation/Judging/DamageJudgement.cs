using Cairn.Engine.Formats;
using Cairn.Engine.Operations;
using Cairn.Engine.Operations.Check;
using Cairn.Engine.Operations.Prune;
using Cairn.Engine.Operations.Restore;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Storage;
using Cairn.Simulation.Hosts;
using Cairn.Simulation.Worlds;
using Cairn.Testing;
using Cairn.Testing.Simulated.Buckets;
using Cairn.Testing.Simulated.Scheduling;
using Cairn.Testing.Simulated.Stores;
using Cairn.Testing.State;
using Cairn.Testing.Trees;

namespace Cairn.Simulation.Judging;

/// <summary>
/// What would be if the store did that damage now: judged on a copy and in a schedule of its own, so that the world
/// goes on without it. On the damaged repository no wrong byte is ever restored (INV-3), what the damage did not hit is
/// restored whole (INV-1), what it did is reported (INV-6), and neither a prune nor a host makes it worse (INV-4).
/// </summary>
sealed class DamageJudgement(World world, Damage damage, SeededRandom random)
{
    readonly SimulatedThreads _threads = new(seed: 11);

    /// <summary>What is wrong, or null.</summary>
    public string? Run()
    {
        world.Coverage.Count($"damage: {damage.Kind}");
        string? wrong = null;
        try
        {
            _threads.RunToEnd(async () => wrong = await JudgeAsync());
        }
        catch (Exception e)
        {
            wrong = $"it fails in a way that is no answer (INV-6): {e}";
        }
        return wrong is null ? null : $"after damage, {damage}: {wrong}";
    }

    async Task<string?> JudgeAsync()
    {
        var before = new Dictionary<ObjectHash, bool>();
        try
        {
            if (await ReadAllAsync(before) is { } wrong)
                return wrong;
        }
        catch (Exception e) when (IsReport(e))
        {
            world.Coverage.Count("damage told when the repository is opened");
            return damage.SparesAccess || damage.Kind == DamageKind.RolledBack && e is not WrongKeyException
                ? $"all access is lost: {e}"
                : null;
        }
        if (await BackUpAsync(before) is { } badBackup)
            return badBackup;
        await PruneAsync();
        return await RequireAsync(before);
    }

    /// <summary>Restores and checks everything, and puts down which snapshots are whole.</summary>
    async Task<string?> ReadAllAsync(Dictionary<ObjectHash, bool> isWhole)
    {
        using var repository = await OpenAsync();
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), default);
        var listing = await SnapshotCatalog.ListAsync(repository, default);
        foreach (var snapshot in listing.Snapshots)
        {
            if (await RestoreAsync(session, snapshot, isWhole) is { } wrong)
                return wrong;
        }
        var options = new CheckOptions { ReadDataPercent = 100, Workers = 1 };
        var check = await CheckOperation.RunAsync(session, options, new CheckMonitor(), default);
        return RequireUntouched(isWhole) ?? RequireReport(isWhole, check, listing.Problems.Count);
    }

    async Task<string?> RestoreAsync(
        ReadSession session, SnapshotInfo snapshot, Dictionary<ObjectHash, bool> isWhole)
    {
        if (world.Judge.FindRun(snapshot.Tags) is not { } run)
            return $"the snapshot {snapshot.Name.Key} is of no run (INV-3)";
        using var target = new MemoryTarget();
        var result = await RestoreOperation.RunAsync(
            session, snapshot, target, new RestoreOptions { Workers = 1 }, new RestoreMonitor(), default);
        isWhole[snapshot.Name.Hash] = result.FailureCount == 0;
        world.Coverage.Count(
            result.FailureCount == 0 ? "damage: snapshot restored whole" : "damage: snapshot restored in part");
        return run.Compare(snapshot, target.Nodes, isWhole: result.FailureCount == 0);
    }

    // INV-1: what the damage did not hit. Ledgers and index objects are not needed to restore.
    string? RequireUntouched(Dictionary<ObjectHash, bool> isWhole)
    {
        if (damage.Kind == DamageKind.RolledBack)
            return isWhole.Values.All(whole => whole)
                ? null
                : "a state that the store was in once does not restore whole (INV-1)";
        if (damage.Kind == DamageKind.TornCopy)
            return RequireCopied(isWhole);
        if (!damage.SparesAccess)
            return null;
        foreach (var (hash, name) in world.Judge.Committed)
        {
            var isHit = damage.Names.Contains(name.Key.Value)
                || world.Judge.PlacesOf(name).Any(pack => damage.Names.Contains(pack));
            if (!isHit && !isWhole.GetValueOrDefault(hash))
                return $"{name.Key} is not restored whole, and nothing that it needs was hit (INV-1)";
        }
        return null;
    }

    // What the copy has all of is not harmed by what it has not.
    string? RequireCopied(Dictionary<ObjectHash, bool> isWhole)
    {
        foreach (var (hash, name) in world.Judge.Committed)
        {
            // Who may read a pack that stands on a deletion list? Nobody needs to.
            if (isWhole.TryGetValue(hash, out var whole) && !whole && world.Judge.LastingPacksOf(name) is { } packs
                && packs.All(pack => damage.Bucket.Versions(pack).Count > 0))
                return $"{name.Key} and all its packs were copied, and it is not restored whole (INV-1)";
        }
        return null;
    }

    // INV-6: what is not whole any more is told.
    string? RequireReport(Dictionary<ObjectHash, bool> isWhole, CheckResult check, int unreadable)
    {
        if (isWhole.Values.Any(whole => !whole) || unreadable > 0)
        {
            if (!check.IsDamaged)
                return "snapshots do not restore, and check --read-data finds no damage (INV-6)";
            world.Coverage.Count("damage told by check");
        }
        if (damage.Kind == DamageKind.ObjectsLost)
            return check.IsDamaged || !damage.Names.Any(IsNeededLedger)
                ? null
                : "the ledger of a snapshot is lost, and check finds no damage (INV-6)";
        foreach (var name in damage.Names.Where(world.Judge.IsNeeded))
        {
            if (check.Findings.All(finding => finding.Severity == CheckSeverity.Note || finding.Object != name))
                return $"check --read-data does not tell of {name} (INV-6), but: "
                    + string.Join("; ", check.Findings.Select(FullJudgement.Describe));
        }
        return null;
    }

    // Of a snapshot that is there.
    bool IsNeededLedger(string name) =>
        ObjectNames.TryParseLedger(new ObjectKey(name), out _, out var ledger) && world.Judge.Committed.Values.Any(
            snapshot => snapshot.Ledger == ledger.Hash && !damage.Names.Contains(snapshot.Key.Value));

    // A host that remembers more, or other things, than the store has. What it reports must be there, unless it relied
    // on something that is damaged: hosts cannot read packs.
    async Task<string?> BackUpAsync(Dictionary<ObjectHash, bool> isWhole)
    {
        var (credential, state) = world.DrawMachine(random);
        var run = world.Judge.NewRun($"{credential.HostName} after damage");
        try
        {
            var result = await DamagedHost.BackUpAsync(
                run, new SimulatedStore(damage.Bucket), credential, state, NewEnvironment(), random);
            world.Coverage.Count("damage: backup reported");
            if (damage.Kind != DamageKind.RolledBack)
                return null;
            isWhole[result.Snapshot!.Value.Hash] = true;
            return null;
        }
        catch (Exception e) when (IsReport(e) || e is CredentialException or CommitException)
        {
            world.Coverage.Count("damage told by a backup");
            return damage.Kind == DamageKind.RolledBack && e is not CredentialException
                ? $"{run} fails on a store that is whole: {e}"
                : null;
        }
    }

    async Task PruneAsync()
    {
        try
        {
            using var repository = await OpenAsync();
            var options = new PruneOptions
            {
                Grace = TimeSpan.Zero, UnfinishedAfter = TimeSpan.Zero, MaxUnusedPercent = 0,
            };
            await PruneOperation.RunAsync(
                repository, new MemoryStateFolder(), options, new WorkMonitor("pruning"), default);
            world.Coverage.Count("damage: pruned");
        }
        catch (Exception e) when (IsReport(e))
        {
            world.Coverage.Count("damage: prune stopped");
        }
    }

    // INV-4: what could be restored before still can.
    async Task<string?> RequireAsync(Dictionary<ObjectHash, bool> before)
    {
        var after = new Dictionary<ObjectHash, bool>();
        using var repository = await OpenAsync();
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), default);
        foreach (var snapshot in (await SnapshotCatalog.ListAsync(repository, default)).Snapshots)
        {
            if (await RestoreAsync(session, snapshot, after) is { } wrong)
                return wrong;
        }
        foreach (var (snapshot, wasWhole) in before)
        {
            // What was moved to a pack that has a wrong bit now goes on faith: a prune reads no packs but those it
            // repacks, so it cannot know that the old one was the last that is right.
            if (wasWhole && !IsFlipped(snapshot) && !after.GetValueOrDefault(snapshot))
                return $"the snapshot {snapshot} could be restored before a prune, and cannot now (INV-1, INV-4)";
        }
        return null;
    }

    bool IsFlipped(ObjectHash snapshot) => damage.Kind == DamageKind.BitsFlipped
        && world.Judge.Committed.TryGetValue(snapshot, out var name)
        && world.Judge.PlacesOf(name).Any(damage.Names.Contains);

    Task<Repository> OpenAsync() =>
        world.OpenForReadingAsync(new SimulatedStore(damage.Bucket), NewEnvironment());

    // As late as the world, for what was announced in it has happened.
    EngineEnvironment NewEnvironment()
    {
        var clock = new MachineClock(_threads.Clock) { Offset = world.Clock.GetUtcNow() - _threads.Clock.GetUtcNow() };
        return new EngineEnvironment(clock, new SeededRandom(random.NextUInt64()), new BufferPool(8 << 20))
        {
            Threads = _threads,
        };
    }

    static bool IsReport(Exception e) => e is DamagedObjectException or UnsupportedFormatException
        or NoRepositoryException or WrongKeyException or StoreException { Kind: StoreErrorKind.NotFound };
}
