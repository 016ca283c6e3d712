using Cairn.Engine.Crypto;
using Cairn.Engine.Primitives;
using Cairn.Simulation.Hosts;
using Cairn.Simulation.Worlds;
using Cairn.Testing;
using Cairn.Testing.Simulated.Scheduling;
using Cairn.Testing.Simulated.Stores;

namespace Cairn.Simulation.Maintenance;

/// <summary>
/// What a host stored is forgotten when its locks are about to need a renewal; then locks are renewed, and at the same
/// time the host backs up again and finds its packs there: the moment for which L1 and L2 were made.
/// </summary>
sealed class LapseMeeting
{
    // Packs that old have less than the policy's days left of the slack that they were stored with.
    static readonly TimeSpan Lapsing = TimeSpan.FromDays(10.5);

    readonly World _world;
    readonly SimulatedHost _host;
    readonly SecretKey _seed;
    readonly LeaseLife _leases;
    readonly SeededRandom _random;
    readonly MachineClock _clock;

    LapseMeeting(World world, SimulatedHost host, SecretKey seed)
    {
        (_world, _host, _seed, _random) = (world, host, seed, world.NewRandom());
        _leases = new LeaseLife(world, "m-lapse", seed);
        _clock = new MachineClock(world.Clock);
    }

    public SimulatedHost Host => _host;

    public static async Task<LapseMeeting> NewAsync(World world, KeyKeeper keeper) => new(
        world, new SimulatedHost(world, await keeper.EnrolAsync("h-lapse")), await keeper.EndorseAsync("m-lapse"));

    public async Task LiveAsync(int times)
    {
        for (var i = 0; i < 5 && !await _host.BackUpOnceAsync(); i++)
            await _world.WaitAsync(_random, TimeSpan.FromDays(0.2));
        for (var i = 0; i < times; i++)
        {
            await Task.Delay(Lapsing, _world.Clock);
            await _world.WaitAsync(_random, TimeSpan.FromDays(6));
            await ForgetAsync();
            _world.Coverage.Count("backup beside a renewal, all before it forgotten");
            await Task.WhenAll(_leases.RunOnceAsync(mayFail: true), BackUpSoonAsync());
        }
    }

    async Task BackUpSoonAsync()
    {
        await _world.WaitAsync(_random, TimeSpan.FromMinutes(_random.NextInt(2) == 0 ? 1 : 60));
        await _host.BackUpOnceAsync();
    }

    async Task ForgetAsync()
    {
        var life = new ProcessLife(
            _world, CairnRoles.Maintainer(_world.LockDays, "m-lapse"), _clock, _random, callsExpected: 1,
            isSound: true);
        var environment = _world.NewEnvironment(_clock, new SeededRandom(_random.NextUInt64()));
        using var repository = await _world.OpenForReadingAsync(life.Retrying, environment);
        using var signer = new Signer(_seed);
        var round = new MaintenanceRound(
            _world, "m-lapse", _random, repository, signer, environment,
            new MeetingManners(IsBlind: false, BetweenListings: null));
        await round.BeginAsync(CancellationToken.None);
        // Of others too, since hosts find each other's packs.
        var isOfAll = _random.NextInt(2) == 0;
        await round.ForgetAsync(snapshot => isOfAll || _host.Wrote(snapshot), CancellationToken.None);
        // Ledgers of checkpoints go on to need the packs; a void takes some of them.
        for (var i = 0; i < 3; i++)
            await round.VoidAsync(CancellationToken.None);
    }
}
