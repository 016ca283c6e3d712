using Cairn.Engine.Operations.Check;
using Cairn.Engine.Operations.Restore;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Keys;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Storage;
using Cairn.Simulation.Judging;
using Cairn.Simulation.Worlds;
using Cairn.Testing;
using Cairn.Testing.Simulated.Scheduling;
using Cairn.Testing.Simulated.Stores;
using Cairn.Testing.State;
using Cairn.Testing.Trees;

namespace Cairn.Simulation.Readers;

/// <summary>Somebody who restores and checks while everybody else goes on, on a network like theirs.</summary>
sealed class Reader
{
    readonly World _world;
    readonly SeededRandom _random;
    readonly MachineClock _clock;
    readonly EngineEnvironment _environment;
    MemoryStateFolder _state = new();

    public Reader(World world)
    {
        _world = world;
        _random = world.NewRandom();
        _clock = new MachineClock(world.Clock);
        _environment = world.NewEnvironment(_clock, world.NewRandom());
    }

    public async Task LiveAsync(Func<bool> isOver)
    {
        while (!isOver())
        {
            await _world.WaitAsync(_random, TimeSpan.FromDays(_random.NextInt(2) == 0 ? 12 : 0.01));
            if (_random.NextInt(4) == 0)
                _state = new MemoryStateFolder();
            await ReadAsync();
        }
    }

    async Task ReadAsync()
    {
        var life = new ProcessLife(_world, CairnRoles.Restorer(), _clock, _random, callsExpected: 40);
        var isCheck = _random.NextInt(3) == 0;
        _world.Log.Add($"restorer: {(isCheck ? "checks" : "restores")}");
        try
        {
            using var repository = await _world.OpenForReadingAsync(life.Retrying, _environment);
            using var session = await ReadSession.OpenAsync(
                repository, new DyingState(_world, _state, life), CancellationToken.None);
            if (isCheck)
                await CheckAsync(session);
            else
                await RestoreAsync(session);
        }
        catch (SimulatedCrashException) when (life.Store.HasCrashed)
        {
            _world.Log.Add("restorer: dies");
        }
        catch (Exception e) when (!_world.IsCalm
            && e is StoreException { Kind: StoreErrorKind.Unavailable } or IOException or WrongKeyException)
        {
            _world.Log.Add($"restorer: gives up: {e.Message}");
        }
        catch (Exception e) when (e is not ViolationException)
        {
            throw _world.Fail($"the restorer failed in a way that is no answer (INV-6): {e}");
        }
        _world.Require(_environment.Buffers.Outstanding == 0, "the restorer kept buffers (INV-8)");
    }

    async Task RestoreAsync(ReadSession session)
    {
        var listing = await SnapshotCatalog.ListAsync(session.Repository, CancellationToken.None);
        _world.Require(listing.Problems.Count == 0, "a snapshot cannot be read, though nothing is damaged");
        if (listing.Snapshots.Count == 0)
            return;
        var snapshot = listing.Snapshots[_random.NextInt(listing.Snapshots.Count)];
        if (_world.Judge.FindRun(snapshot.Tags) is not { } run)
            throw _world.Fail($"the snapshot {snapshot.Name.Key} is of no run");
        using var target = new MemoryTarget();
        RestoreResult? result = null;
        try
        {
            result = await RestoreOperation.RunAsync(
                session, snapshot, target, new RestoreOptions { Workers = 1 + _random.NextInt(3) },
                new RestoreMonitor(), CancellationToken.None);
        }
        finally
        {
            // However it ends: what is there is right (INV-3).
            var isWhole = result is { FailureCount: 0 };
            if (run.Compare(snapshot, target.Nodes, isWhole) is { } wrong)
                _world.Fail(wrong);
            _world.Coverage.Count(isWhole ? "restore whole" : "restore failed and wrote nothing wrong");
        }
        if (!_world.Judge.Committed.ContainsKey(snapshot.Name.Hash))
            _world.Coverage.Count("restore beside a prune");
        else
            _world.Require(
                result.Failures.All(failure => !failure.IsDamage),
                $"{run} counts and does not restore: {result.Failures.FirstOrDefault()?.Message} (INV-1)");
    }

    async Task CheckAsync(ReadSession session)
    {
        var options = new CheckOptions { ReadDataPercent = _random.NextInt(2) * 100, Workers = 2 };
        var result = await CheckOperation.RunAsync(session, options, new CheckMonitor(), CancellationToken.None);
        _world.Coverage.Count("check beside others");
        _world.Require(
            !result.IsDamaged,
            "check finds damage (INV-1; if there is none, INV-6): "
            + string.Join("; ", result.Findings.Select(FullJudgement.Describe).Take(3)));
    }
}
