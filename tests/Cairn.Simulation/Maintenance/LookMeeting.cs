using Cairn.Simulation.Worlds;
using Cairn.Testing;

namespace Cairn.Simulation.Maintenance;

/// <summary>Three maintainers who, now and then, come at once and meet within the look of one of them.</summary>
sealed class LookMeeting(World world, IReadOnlyList<MaintainerLife> maintainers)
{
    readonly SeededRandom _random = world.NewRandom();

    public static async Task<LookMeeting> NewAsync(World world, KeyKeeper keeper)
    {
        var maintainers = new List<MaintainerLife>();
        foreach (var part in Enum.GetValues<MeetingPart>())
        {
            var name = $"m-{part.ToString().ToLowerInvariant()}";
            maintainers.Add(new MaintainerLife(world, name, await keeper.EndorseAsync(name)));
        }
        return new LookMeeting(world, maintainers);
    }

    public async Task LiveAsync(Func<bool> isOver)
    {
        while (!isOver())
        {
            await world.WaitAsync(_random, TimeSpan.FromDays(10));
            world.Coverage.Count("maintainers met within a look");
            await Task.WhenAll(maintainers.Select((maintainer, part) => maintainer.MeetAsync((MeetingPart)part)));
        }
    }
}
