using Cairn.Testing;
using Cairn.Testing.Simulated.Buckets;
using Cairn.Testing.Simulated.Stores;

namespace Cairn.Simulation.Worlds;

/// <summary>
/// Somebody with a stolen key that may do whatever can be granted removes, every few days, each version whose lock has
/// run out; and the bucket's lifecycle sweeps what is hidden. Nobody must miss anything.
/// </summary>
sealed class LapseLife(World world)
{
    static readonly Caller Thief = CairnRoles.Attacker();

    readonly SeededRandom _random = world.NewRandom();

    public async Task LiveAsync(Func<bool> isOver)
    {
        while (!isOver())
        {
            await world.WaitAsync(_random, TimeSpan.FromDays(8));
            world.Judge.JudgeLocks();
            if (_random.NextInt(2) == 0)
                world.Coverage.Count("swept by the lifecycle", world.Bucket.Sweep().Count);
            else
                Remove();
        }
    }

    void Remove()
    {
        var now = world.Bucket.Now;
        foreach (var version in world.Bucket.Versions())
        {
            if (version.IsDeleteMarker || version.Retention?.IsActive(now) == true)
                continue;
            var wasShown = world.Bucket.Versions(version.Key)[^1] == version;
            world.Bucket.DeleteVersion(Thief, version.Key, version.VersionId);
            world.Coverage.Count("removed because its lock ran out");
            world.Log.Add($"{version.Key} is removed: its lock has run out");
            if (wasShown)
                world.Judge.ObserveLapse(version.Key);
        }
    }
}
