using Cairn.Simulation.Hosts;
using Cairn.Simulation.Maintenance;
using Cairn.Simulation.Readers;
using Cairn.Simulation.Worlds;

namespace Cairn.Simulation.Copies;

/// <summary>
/// The second repository of a life: who copies into it, a host of its own with the same stock of contents, somebody
/// who forgets and prunes there, and a reader.
/// </summary>
sealed class CopyRepository
{
    readonly World _world;
    readonly CopyLife _copier;
    readonly SimulatedHost _host;
    readonly MaintainerLife _maintainer;

    CopyRepository(World world, CopyLife copier, SimulatedHost host, MaintainerLife maintainer)
    {
        (_world, _copier, _host, _maintainer) = (world, copier, host, maintainer);
    }

    public static async Task<CopyRepository> BeginAsync(World source, List<Task> lives, Func<bool> isOver)
    {
        var world = await source.NewBesideAsync();
        var keeper = new KeyKeeper(world);
        var host = new SimulatedHost(world, world.Init.Credential);
        var copier = new CopyLife(source, world, await keeper.EnrolAsync("copier"));
        var maintainer = new MaintainerLife(world, "copies", await keeper.EndorseAsync("copies"));
        lives.AddRange(
        [
            host.LiveAsync(runs: 2), copier.LiveAsync(isOver), maintainer.LiveAsync(isOver),
            new Reader(world).LiveAsync(isOver),
        ]);
        return new CopyRepository(world, copier, host, maintainer);
    }

    public async Task EndAsync()
    {
        await _copier.RunInTheEndAsync();
        await _host.BackUpInTheEndAsync();
        await _maintainer.RunOnceAsync();
        _world.Judge.JudgeFully();
        _world.Judge.Dispose();
    }
}
