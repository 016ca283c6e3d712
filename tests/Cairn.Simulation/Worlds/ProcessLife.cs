using Cairn.Engine.Storage;
using Cairn.Engine.Storage.Decorators;
using Cairn.Testing;
using Cairn.Testing.Simulated.Buckets;
using Cairn.Testing.Simulated.Scheduling;
using Cairn.Testing.Simulated.Stores;
using Cairn.Testing.Stores;

namespace Cairn.Simulation.Worlds;

/// <summary>
/// One process of an actor, from its start to its end: its way to the store with all that may go wrong on it, where it
/// crashes, where it is frozen and for how long. Drawn from its own source of chance.
/// </summary>
sealed class ProcessLife
{
    enum FrozenWhere { BeforeSending, OnTheWay, BeforeTheAnswer }

    static readonly FaultRates Calm = new()
    {
        LatencyMin = TimeSpan.FromMilliseconds(5), LatencyMax = TimeSpan.FromMilliseconds(100),
    };

    static readonly TimeSpan OldestRequest = TimeSpan.FromMinutes(15);
    static readonly string[] Delicate = ["ledgers/", "snapshots/", "retired/", "packs/"];

    readonly World _world;
    readonly SimulatedBucket _bucket;
    readonly MachineClock _clock;
    readonly SeededRandom _random;
    readonly string? _trouble;
    int _troublesToPass;
    int _freezeAt;
    readonly FrozenWhere _where;
    readonly TimeSpan _freezeFor;
    readonly bool _freezes;
    readonly CrashMoment? _crash;
    TaskCompletionSource? _frozen;

    /// <param name="callsExpected">A crash or a freeze comes at one of the first so many calls.</param>
    /// <param name="isSound">Nothing goes wrong with it.</param>
    /// <param name="mayCrash">It is not one way of two that a process has.</param>
    public ProcessLife(
        World world, Caller caller, MachineClock clock, SeededRandom random, int callsExpected, bool isSound = false,
        bool mayCrash = true)
    {
        (_world, _bucket, _clock, _random) = (world, world.Bucket, clock, random);
        isSound |= world.IsCalm;
        var weather = isSound ? 0 : random.NextInt(10);
        var rates = weather switch { < 4 => Calm, < 8 => FaultRates.Mild, _ => FaultRates.Wild };
        Store = new SimulatedStore(world.Bucket, caller, new LoggedFaults(world, FaultPlan.Random(
            random.NextUInt64(), rates)))
        {
            BeforeCall = BeforeCallAsync, AfterRequest = AfterRequestAsync,
        };
        if (!isSound)
        {
            // Half of the troubles come anywhere, half where the protocol is at its most delicate.
            var at = 1 + random.NextInt(callsExpected);
            if (random.NextInt(2) == 0)
                (_trouble, _troublesToPass) = (Delicate[random.NextInt(Delicate.Length)], random.NextInt(3));
            switch (random.NextInt(10))
            {
                case < 2 when mayCrash:
                    _crash = random.NextInt(2) == 0 ? CrashMoment.Before : CrashMoment.After;
                    if (_trouble is null)
                        Store.CrashAt(at, _crash.Value);
                    break;
                case < 5:
                    _freezeAt = _trouble is null ? at : 0;
                    _freezes = true;
                    _where = (FrozenWhere)random.NextInt(3);
                    _freezeFor = TimeSpan.FromMinutes(Math.Pow(10, random.NextInt(470) / 100.0));
                    // With the date of a lock in it: a store of S3 refuses what is older.
                    if (world.Lease is not null && _where == FrozenWhere.OnTheWay && _freezeFor > OldestRequest)
                        _where = FrozenWhere.BeforeSending;
                    break;
                case 5:
                    StateCallsLeft = 1 + random.NextInt(30);
                    break;
                case 6:
                    StateFailsAt = 1 + random.NextInt(30);
                    break;
            }
        }
        Retrying = new RetryingStore(
            Store, new RetryOptions { AttemptsMax = 6 }, clock, () => random.NextInt(1000) / 1000.0);
    }

    public SimulatedStore Store { get; }

    /// <summary>What the engine gets.</summary>
    public IObjectStore Retrying { get; }

    /// <summary>The process crashes at that call of its state; 0: it does not.</summary>
    public int StateCallsLeft { get; }

    /// <summary>That call of the state fails as on a full disk; 0: none.</summary>
    public int StateFailsAt { get; }

    /// <summary>Called for each request that is about to be sent.</summary>
    public Action<SimulatedCall>? OnCall { get; set; }

    public void CountDeath(Exception e)
    {
        foreach (var moment in new[] { "before", "after" })
            if (e.Message.Contains($"crashed {moment} the request", StringComparison.Ordinal))
                _world.Coverage.Count($"crash {moment} a request");
    }

    async Task BeforeCallAsync(SimulatedCall call)
    {
        OnCall?.Invoke(call);
        if (_trouble is not null && call.Member != StoreMember.Get
            && call.Name.StartsWith(_trouble, StringComparison.Ordinal) && _troublesToPass-- == 0)
        {
            if (_freezes)
                _freezeAt = call.Number;
            if (_crash is { } moment)
                Store.CrashAt(call.Number, moment);
        }
        if (call.Number == _freezeAt && _where != FrozenWhere.BeforeTheAnswer)
            Freeze();
        // A request that is on its way is held up by the network below; everything later by this.
        if (_frozen is { } frozen && !(call.Number == _freezeAt && _where == FrozenWhere.OnTheWay))
            await frozen.Task;
    }

    async Task AfterRequestAsync(SimulatedCall call)
    {
        // A request that is late may arrive where nobody looks any more.
        if (_bucket == _world.Bucket)
            _world.Judge.Observe(call);
        if (call.Number == _freezeAt && _where == FrozenWhere.BeforeTheAnswer)
            Freeze();
        if (_frozen is { } frozen)
            await frozen.Task;
    }

    void Freeze()
    {
        var coverage = _world.Coverage;
        coverage.Count(_where switch
        {
            FrozenWhere.BeforeSending => "frozen before sending",
            FrozenWhere.OnTheWay => "frozen on the way",
            _ => "frozen before the answer",
        });
        if (_freezeFor > TimeSpan.FromDays(14))
            coverage.Count("frozen for weeks");
        _world.Log.Add($"{Store.Calls}: the process is frozen {_where} for {_freezeFor}");
        _frozen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _clock.Freeze();
        if (_where == FrozenWhere.OnTheWay)
            Store.Freeze();
        _world.Clock.CreateTimer(_ => Thaw(), state: null, _freezeFor, Timeout.InfiniteTimeSpan);
    }

    void Thaw()
    {
        _world.Log.Add($"{Store.Calls}: the process goes on");
        _clock.Unfreeze();
        Store.Unfreeze();
        var frozen = _frozen!;
        _frozen = null;
        frozen.SetResult();
    }
}

/// <summary>Puts down each call and what becomes of it.</summary>
sealed class LoggedFaults(World world, FaultPlan plan) : FaultPlan
{
    public override CallFate Decide(SimulatedCall call)
    {
        var fate = plan.Decide(call);
        world.Log.Add(fate.Fault == SimulatedFault.None ? $"{call}" : $"{call}: {fate}");
        var way = fate.ReachesTheBucket ? "carried out" : "never arrives";
        switch (fate.Fault)
        {
            case SimulatedFault.Throttled:
                world.Coverage.Count("throttled");
                break;
            case SimulatedFault.Reset:
                world.Coverage.Count($"reset, {way}");
                break;
            case SimulatedFault.TimedOut:
                world.Coverage.Count($"timed out, {way}");
                break;
            case SimulatedFault.Truncated when call.Member == StoreMember.Get:
                world.Coverage.Count("body cut");
                break;
            case SimulatedFault.Conflict when call.Member == StoreMember.Put:
                world.Coverage.Count("conflict");
                break;
        }
        var isLost = fate is { ReachesTheBucket: true, Fault: SimulatedFault.Reset or SimulatedFault.TimedOut };
        if (isLost && call.Member == StoreMember.Put
            && call.Name.StartsWith("snapshots/", StringComparison.Ordinal))
            world.Coverage.Count("response of a commit lost");
        return fate;
    }

    public override string ToString() => $"{plan}";
}
