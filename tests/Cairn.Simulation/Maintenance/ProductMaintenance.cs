using Cairn.Engine.Operations;
using Cairn.Engine.Operations.Prune;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;
using Cairn.Simulation.Worlds;
using Cairn.Testing;
using Cairn.Testing.State;

namespace Cairn.Simulation.Maintenance;

/// <summary>
/// The product's own prune, with and without a grace, and without any memory. It does not repack here: the judge of a
/// life takes packs for needed by the names in ledgers.
/// </summary>
sealed class ProductMaintenance(World world, string name, SeededRandom random) : IMaintenance
{
    public async Task RunAsync(
        IObjectStore store, EngineEnvironment environment, CancellationToken cancellationToken)
    {
        using var repository = await world.OpenForReadingAsync(store, environment);
        var options = new PruneOptions
        {
            Grace = random.NextInt(2) == 0 ? TimeSpan.Zero : TimeSpan.FromHours(random.NextInt(48)),
            UnfinishedAfter = random.NextInt(2) == 0 ? TimeSpan.Zero : TimeSpan.FromDays(2), MaxUnusedPercent = 100,
        };
        var result = await PruneOperation.RunAsync(
            repository, new MemoryStateFolder(), options, new WorkMonitor("pruning"), cancellationToken);
        world.Coverage.Count("product's prune");
        world.Coverage.Count("product's prune: condemned", result.Condemned.Packs);
        world.Coverage.Count("product's prune: deleted", result.Deleted.Packs);
        world.Coverage.Count("product's prune: spared", result.Spared.Packs);
        world.Coverage.Count("product's prune: void", result.LedgersVoided);
        world.Log.Add($"{name}: prunes: {result}");
    }
}
