using Cairn.Engine.Crypto;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;
using Cairn.Simulation.Worlds;
using Cairn.Testing;

namespace Cairn.Simulation.Maintenance;

/// <summary>
/// Maintains by the letter of docs/design/commit-protocol.md (M1 to M7, R1 to R5, V1, V2), and is in everything that
/// the rules leave open as rough as can be: it plans blindly, repacks for no reason, waits for nobody or for the worst
/// moment, gives up ledgers of runs under way, and forgets whatever it likes.
/// </summary>
sealed class ScriptedMaintenance(World world, string name, SecretKey seed, SeededRandom random) : IMaintenance
{
    public async Task RunAsync(
        IObjectStore store, EngineEnvironment environment, CancellationToken cancellationToken)
    {
        var late = new LatePuts(
            store, "moves/", isLast: world.Mutation == Mutation.MoveUnannounced, PauseAsync);
        using var repository = await world.OpenForReadingAsync(late, environment);
        using var signer = new Signer(seed);
        var round = new MaintenanceRound(world, name, random, repository, signer, environment);
        await round.BeginAsync(cancellationToken);
        // Who comes at the worst moment, just when somebody has announced something; and who comes at any.
        if (random.NextInt(3) == 0)
        {
            var isForLedgers = random.NextInt(2) == 0;
            await world.NextAsync(isForLedgers ? "ledgers/" : "packs/", TimeSpan.FromDays(3));
            if (isForLedgers)
                await round.VoidAsync(cancellationToken);
        }
        else
        {
            if (random.NextInt(2) == 0)
                await round.ForgetAsync(cancellationToken);
            if (random.NextInt(2) == 0)
                await round.VoidAsync(cancellationToken);
        }
        if (random.NextInt(3) == 0)
            await round.RepackAsync(cancellationToken);
        await round.PruneAsync(cancellationToken);
        await late.ReleaseAsync(cancellationToken);
    }

    Task PauseAsync() =>
        random.NextInt(2) == 0 ? world.WaitAsync(random, TimeSpan.FromDays(3)) : Task.CompletedTask;
}
