using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;
using Cairn.Simulation.Worlds;
using Cairn.Testing;
using Cairn.Testing.Simulated.Scheduling;
using Cairn.Testing.Simulated.Stores;

namespace Cairn.Simulation.Maintenance;

/// <summary>A machine that tidies the repository, now and then, each time as a new process.</summary>
sealed class MaintainerLife
{
    readonly World _world;
    readonly string _name;
    readonly SecretKey _seed;
    readonly SeededRandom _random;
    readonly MachineClock _clock;
    readonly EngineEnvironment _environment;

    public MaintainerLife(World world, string name, SecretKey seed)
    {
        (_world, _name, _seed) = (world, name, seed);
        _random = world.NewRandom();
        _clock = new MachineClock(world.Clock) { Offset = TimeSpan.FromMinutes(_random.NextInt(600) - 300) };
        _environment = world.NewEnvironment(_clock, world.NewRandom());
    }

    public async Task LiveAsync(Func<bool> isOver)
    {
        while (!isOver())
        {
            await _world.WaitAsync(_random, TimeSpan.FromDays(_random.NextInt(2) == 0 ? 12 : 0.01));
            if (_random.NextInt(10) == 0)
            {
                _world.Coverage.Count("clock of a maintainer jumped");
                _clock.Offset += TimeSpan.FromHours(_random.NextInt(4000) - 2000);
            }
            await RunOnceAsync();
        }
    }

    public Task RunOnceAsync() => RunOnceAsync(Choose);

    public async Task RunOnceAsync(Func<IMaintenance> choose)
    {
        var life = new ProcessLife(
            _world, CairnRoles.Maintainer(_world.LockDays, _name), _clock, _random, callsExpected: 60);
        try
        {
            await choose().RunAsync(life.Retrying, _environment, CancellationToken.None);
        }
        catch (SimulatedCrashException e) when (life.Store.HasCrashed)
        {
            life.CountDeath(e);
            _world.Log.Add($"{_name}: dies");
        }
        catch (StoreException e) when (e.Kind == StoreErrorKind.Unavailable && !_world.IsCalm)
        {
            _world.Log.Add($"{_name}: gives up: {e.Message}");
        }
        // S4: of somebody who was enrolled since this process began. Who cannot read a record does not finalise.
        catch (DamagedObjectException e) when (e.IsOfUnknownSigner && !_world.IsCalm)
        {
            _world.Coverage.Count("maintainer stopped before what it could not verify");
            _world.Log.Add($"{_name}: gives up: {e.Message}");
        }
        catch (Exception e) when (e is not ViolationException)
        {
            throw _world.Fail($"{_name} failed in a way that is no answer: {e}");
        }
    }

    /// <summary>Of several that come at once.</summary>
    public Task MeetAsync(MeetingPart part) =>
        RunOnceAsync(() => new MeetingMaintenance(_world, _name, _seed, _random, part));

    // A broken rule is one of the scripted maintainer's.
    IMaintenance Choose() => _world.Mutation == Mutation.None && _random.NextInt(3) == 0
        ? new ProductMaintenance(_world, _name, _seed, _random)
        : new ScriptedMaintenance(_world, _name, _seed, _random);
}
