using Cairn.Engine.Formats;
using Cairn.Engine.Operations;
using Cairn.Engine.Operations.Leases;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;
using Cairn.Engine.Storage.Decorators;
using Cairn.Simulation.Hosts;
using Cairn.Simulation.Worlds;
using Cairn.Testing;
using Cairn.Testing.Simulated.Scheduling;
using Cairn.Testing.Simulated.Stores;
using Cairn.Testing.State;

namespace Cairn.Simulation.Maintenance;

/// <summary>
/// Renews locks (<c>lease renew</c>) every few days, sometimes after weeks, each time as a new process that may fail in
/// any way; also while one before stands frozen. At least one goes well before the shortest lock would end.
/// </summary>
sealed class LeaseLife
{
    static readonly TimeSpan Most = TimeSpan.FromDays(28);
    static readonly TimeSpan Patience = TimeSpan.FromHours(3);

    readonly World _world;
    readonly string _name;
    readonly SecretKey _seed;
    readonly SeededRandom _random;
    readonly List<Task> _processes = [];
    MemoryStateFolder _state = new();
    DateTimeOffset _renewed;

    public LeaseLife(World world, string name, SecretKey seed)
    {
        (_world, _name, _seed, _random, _renewed) = (world, name, seed, world.NewRandom(), world.Clock.GetUtcNow());
    }

    public async Task LiveAsync(Func<bool> isOver)
    {
        while (!isOver())
        {
            await WaitAsync();
            if (_random.NextInt(6) == 0)
                _state = _random.NextInt(2) == 0 ? new MemoryStateFolder() : HostState.Copy(_state);
            var process = RunOnceAsync(mayFail: _world.Clock.GetUtcNow() < _renewed + Most);
            _processes.Add(process);
            await Task.WhenAny(process, Task.Delay(Patience, _world.Clock));
        }
        await Task.WhenAll(_processes);
    }

    // Where one has failed, soon again; where none has, some days, now and then almost too long.
    Task WaitAsync()
    {
        var since = _world.Clock.GetUtcNow() - _renewed;
        var most = _random.NextInt(5) == 0 ? Most : TimeSpan.FromDays(9);
        var wait = since > TimeSpan.FromDays(12) ? TimeSpan.FromHours(6) : most * (_random.NextInt(1000) / 1000.0);
        return Task.Delay(wait < Most - since ? wait : TimeSpan.FromMinutes(1), _world.Clock);
    }

    public async Task RunOnceAsync(bool mayFail)
    {
        var clock = new MachineClock(_world.Clock) { Offset = TimeSpan.FromMinutes(_random.NextInt(600) - 300) };
        var life = new ProcessLife(
            _world, CairnRoles.Maintainer(_world.LockDays, _name), clock, _random, callsExpected: 80,
            isSound: !mayFail);
        var begun = _world.Clock.GetUtcNow();
        try
        {
            var result = await RenewAsync(life, clock);
            Judge(result, begun);
        }
        catch (SimulatedCrashException e) when (life.Store.HasCrashed)
        {
            life.CountDeath(e);
            _world.Log.Add($"{_name}: dies");
        }
        catch (Exception e) when (mayFail
            && e is StoreException { Kind: StoreErrorKind.Unavailable } or IOException)
        {
            _world.Log.Add($"{_name}: gives up: {e.Message}");
        }
        catch (Exception e) when (e is not ViolationException)
        {
            throw _world.Fail($"{_name} failed in a way that is no answer: {e}");
        }
    }

    async Task<LeaseResult> RenewAsync(ProcessLife life, MachineClock clock)
    {
        await using var late = new LatePuts(
            life.Retrying, "retired/", isLast: _world.Mutation == Mutation.LapseUncondemned, PauseAsync);
        IObjectStore store = _world.Mutation == Mutation.NoLookAfterLapse ? new LookOnceStore(late) : late;
        var originals = new OriginalsStore(store, Invariant.NotNull(store.Versions), ObjectNames.Descriptor);
        var environment = _world.NewEnvironment(clock, new SeededRandom(_random.NextUInt64()));
        using var credential = _world.NewMaintainer(_name, _seed);
        using var repository = _random.NextInt(2) == 0
            ? await _world.OpenForReadingAsync(originals, environment)
            : await RepositoryOpener.OpenWithMaintainerAsync(
                originals, credential, environment, CancellationToken.None);
        var result = await LeaseOperation.RunAsync(
            repository, originals, new DyingState(_world, _state, life), new LeaseOptions(),
            new WorkMonitor("leases"), CancellationToken.None);
        if (_world.Mutation == Mutation.LapseUncondemned)
            await PauseAsync();
        await late.ReleaseAsync(CancellationToken.None);
        return result;
    }

    void Judge(LeaseResult result, DateTimeOffset begun)
    {
        _world.Log.Add(
            $"{_name}: renews {result.Renewed} of {result.Needed} locks, condemns {result.Condemned.Packs} packs"
            + $"{string.Concat(result.Gaps.Concat(result.Failures).Take(3).Select(what => $"; {what}"))}");
        _world.Coverage.Count("locks renewed", result.Renewed);
        _world.Coverage.Count("condemned because it lapses", result.Condemned.Packs);
        _world.Coverage.Count("renewed in spite of gaps", result.Gaps.Count > 0 ? 1 : 0);
        _world.Require(result.Unprotected == 0, $"{_name}: {result.Unprotected} needed objects have no lock (INV-1)");
        if (result.Gaps.Count > 0 || result.Failures.Count > 0)
            return;
        if (begun > _renewed)
            _renewed = begun;
        _world.Judge.Renew(begun);
        _world.Judge.JudgeLocks();
    }

    // Somebody may announce that he needs what is about to be condemned.
    Task PauseAsync()
    {
        // If a rule is broken: the worst moment for it.
        if (_world.Mutation is Mutation.LapseUncondemned or Mutation.NoLookAfterLapse)
            return _world.NextAsync("snapshots/", TimeSpan.FromDays(6));
        return _random.NextInt(2) == 0 ? _world.NextAsync("ledgers/", TimeSpan.FromDays(1)) : Task.CompletedTask;
    }
}
