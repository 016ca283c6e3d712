namespace Cairn.Tests.Damage;

/// <summary>
/// Every object of a small repository, damaged in every way in turn: <c>check --read-data</c> reports each with the
/// right exit code and names what is lost, no restore writes a wrong byte, and all that is undamaged is restored.
/// </summary>
public sealed class DamageMatrixTests(DamageMatrixTests.Repository repository)
    : IClassFixture<DamageMatrixTests.Repository>
{
    const int Shown = 30;

    [Theory]
    [InlineData("cairn.json", 1)]
    [InlineData("keys/", 5)]
    [InlineData("hosts/", 2)]
    [InlineData("packs/", 6)]
    [InlineData("index/", 3)]
    [InlineData("ledgers/", 4)]
    [InlineData("snapshots/", 3)]
    [InlineData("moves/", 2)]
    [InlineData("retired/", 4)]
    public async Task Damage_of_every_kind_to_every_object_is_reported_and_costs_no_more_than_it_must_INV_3_INV_6(
        string folder, int objects)
    {
        var (world, oracle) = (repository.World, repository.Oracle);
        var names = world.Objects.Keys.Where(name => name.StartsWith(folder, StringComparison.Ordinal)).ToList();
        Assert.Equal(objects, names.Count);
        var wrong = new List<string>();
        var judge = new DamageJudge(world, oracle);
        foreach (var damage in names.SelectMany(name => DamageCase.Of(name, world)))
        {
            // What is gone, with and without a memory of it; the rest by turns.
            bool[] caches = damage.Bytes is null ? [false, true] : [damage.Detail.Length % 2 == 0];
            foreach (var hasCache in caches)
                wrong.AddRange((await judge.JudgeAsync(damage, hasCache)).Select(
                    what => $"{damage}{(hasCache ? " (with a cache)" : "")}: {what}"));
        }
        Assert.True(wrong.Count == 0, $"{wrong.Count} wrong\n{string.Join('\n', wrong.Take(Shown))}");
    }

    [Fact]
    public async Task An_undamaged_repository_is_sound_and_restores()
    {
        var name = repository.World.Objects.Keys.First();
        var nothing = new DamageCase(DamageKind.Flip, name, "nothing", repository.World.Objects[name]);
        var judge = new DamageJudge(repository.World, repository.Oracle);
        // The judge misses the damage, and nothing else.
        Assert.Equal(
            ["check ends with 0: ", "the object is not named, but "], await judge.JudgeAsync(nothing, hasCache: true));
    }

    public sealed class Repository : IAsyncLifetime
    {
        internal DamageWorld World { get; private set; } = null!;
        internal DamageOracle Oracle { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            World = await DamageWorld.CreateAsync();
            Oracle = await DamageOracle.CreateAsync(World);
        }

        public ValueTask DisposeAsync() => World.DisposeAsync();
    }
}
