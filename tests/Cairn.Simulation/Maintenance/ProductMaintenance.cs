using Cairn.Engine.Operations;
using Cairn.Engine.Operations.Forget;
using Cairn.Engine.Operations.Prune;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;
using Cairn.Simulation.Worlds;
using Cairn.Testing;
using Cairn.Testing.State;

namespace Cairn.Simulation.Maintenance;

/// <summary>
/// The product's own forget and prune, with and without a grace, with and without repacking, and without any memory;
/// in the name of the admin, or of an endorsed maintainer who has no key to read with and only prunes.
/// </summary>
sealed class ProductMaintenance(World world, string name, SecretKey seed, SeededRandom random) : IMaintenance
{
    static readonly double[] UnusedPercents = [0, 5, 40, 100];

    public async Task RunAsync(
        IObjectStore store, EngineEnvironment environment, CancellationToken cancellationToken)
    {
        var isAdmin = random.NextInt(2) == 0;
        using var credential = world.NewMaintainer(name, seed);
        using var repository = isAdmin
            ? await world.OpenForReadingAsync(store, environment)
            : await RepositoryOpener.OpenWithMaintainerAsync(store, credential, environment, cancellationToken);
        if (isAdmin && random.NextInt(2) == 0)
            await ForgetAsync(repository, cancellationToken);
        if (!isAdmin)
            world.Coverage.Count("product's prune without a key to read");
        await PruneAsync(repository, cancellationToken);
    }

    async Task ForgetAsync(Repository repository, CancellationToken cancellationToken)
    {
        var rules = random.NextInt(4) == 0
            ? new RetentionRules { NotBefore = repository.Environment.Time.GetUtcNow() - RandomDays() }
            : new RetentionRules
            {
                Last = random.NextInt(3), Daily = random.NextInt(3), Weekly = random.NextInt(3),
                Monthly = random.NextInt(3), Within = random.NextInt(4) == 0 ? RandomDays() : null,
            };
        if (rules.AreNone)
            return;
        var plan = await ForgetOperation.PlanAsync(
            repository, _ => true, rules, believesHosts: random.NextInt(4) == 0, cancellationToken);
        foreach (var reason in plan.Decisions.SelectMany(decision => decision.Reasons))
            world.Coverage.Count($"kept by {reason}");
        foreach (var source in plan.Decisions.GroupBy(decision => RetentionPlan.SourceOf(decision.Snapshot)))
            world.Require(
                source.Any(decision => decision.IsKept), $"{name}: a rule takes the last snapshot of {source.Key}");
        if (plan.Doubtful.Count > 0)
        {
            world.Coverage.Count("forget stopped at times that nothing confirms");
            return;
        }
        world.Coverage.Count("forgotten by a rule", plan.Forgotten.Count());
        world.Log.Add($"{name}: forgets {plan.Forgotten.Count()} of {plan.Decisions.Count} snapshots by rules");
        await ForgetOperation.ForgetAsync(repository, plan.Forgotten, cancellationToken);
    }

    TimeSpan RandomDays() => TimeSpan.FromDays(random.NextInt(30));

    async Task PruneAsync(Repository repository, CancellationToken cancellationToken)
    {
        var options = new PruneOptions
        {
            Grace = random.NextInt(2) == 0 ? TimeSpan.Zero : TimeSpan.FromHours(random.NextInt(48)),
            UnfinishedAfter = random.NextInt(2) == 0 ? TimeSpan.Zero : TimeSpan.FromDays(2),
            MaxUnusedPercent = UnusedPercents[random.NextInt(UnusedPercents.Length)],
            IndexObjectsMin = 4,
        };
        var result = await PruneOperation.RunAsync(
            repository, new MemoryStateFolder(), options, new WorkMonitor("pruning"), cancellationToken);
        world.Coverage.Count("product's prune");
        world.Coverage.Count("product's prune: condemned", result.Condemned.Packs);
        world.Coverage.Count("product's prune: deleted", result.Deleted.Packs);
        world.Coverage.Count("product's prune: spared", result.Spared.Packs);
        world.Coverage.Count("product's prune: void", result.LedgersVoided);
        world.Coverage.Count("product's prune: repacked", result.Repacked.Packs);
        world.Coverage.Count("product's prune: index objects put together", result.IndexObjectsCompacted);
        world.Coverage.Count("product's prune: index objects deleted", result.IndexObjectsDeleted);
        world.Log.Add($"{name}: prunes: {result}");
    }
}
