using Cairn.Engine.Crypto;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;
using Cairn.Simulation.Worlds;
using Cairn.Testing;

namespace Cairn.Simulation.Maintenance;

/// <summary>What somebody does who comes to meet others.</summary>
enum MeetingPart
{
    /// <summary>Condemns blindly, and stands still in its look until moves show.</summary>
    Looks,
    /// <summary>Repacks meanwhile; stores the move when its new pack is condemned and given up.</summary>
    Repacks,
    /// <summary>Condemns the new pack, which nothing needs as long as its move is not there, and deletes it.</summary>
    Condemns,
}

/// <param name="IsBlind">Whether it condemns what it likes, or what it finds unneeded.</param>
/// <param name="BetweenListings">What it waits for in a look; null: for nothing.</param>
sealed record MeetingManners(bool IsBlind, Func<Task>? BetweenListings);

/// <summary>
/// Keeps the rules as <see cref="ScriptedMaintenance"/> does, and waits for others at the moments for which R4 and R5
/// were made: whoever knows a move and not what became of its new pack gives up the last copy of what was moved.
/// </summary>
sealed class MeetingMaintenance(World world, string name, SecretKey seed, SeededRandom random, MeetingPart part)
    : IMaintenance
{
    static readonly TimeSpan Patience = TimeSpan.FromHours(12);

    public async Task RunAsync(
        IObjectStore store, EngineEnvironment environment, CancellationToken cancellationToken)
    {
        var late = new LatePuts(store, "moves/", isLast: false, AwaitGivenUpAsync);
        using var repository = await world.OpenForReadingAsync(late, environment);
        using var signer = new Signer(seed);
        var manners = new MeetingManners(
            IsBlind: part == MeetingPart.Looks,
            part == MeetingPart.Looks ? () => world.NextAsync("moves/", 2 * Patience) : null);
        var round = new MaintenanceRound(world, name, random, repository, signer, environment, manners);
        switch (part)
        {
            case MeetingPart.Looks:
                await world.WaitAsync(random, TimeSpan.FromMinutes(1));
                await round.BeginAsync(cancellationToken);
                await round.PruneAsync(cancellationToken);
                break;
            case MeetingPart.Repacks:
                await round.BeginAsync(cancellationToken);
                await world.NextAsync("retired/", Patience);
                await world.WaitAsync(random, TimeSpan.FromMinutes(2));
                await round.RepackAsync(cancellationToken);
                break;
            default:
                await round.BeginAsync(cancellationToken);
                await world.NextAsync("packs/", Patience);
                await world.WaitAsync(random, TimeSpan.FromMinutes(0.2));
                await round.PruneAsync(cancellationToken);
                break;
        }
    }

    // A condemnation and a deletion list.
    async Task AwaitGivenUpAsync()
    {
        await world.NextAsync("retired/", Patience);
        await world.NextAsync("retired/", Patience);
    }
}
