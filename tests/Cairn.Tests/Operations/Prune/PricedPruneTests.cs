using Cairn.Engine.Operations.Costs;
using Cairn.Engine.Operations.Prune;
using Cairn.Testing.Stores;
using Cairn.Tests.Operations.Backup;

namespace Cairn.Tests.Operations.Prune;

/// <summary>Where storage is paid for, nothing goes before that is cheaper than letting it lie.</summary>
public sealed class PricedPruneTests
{
    static readonly PruneOptions Priced = PruneWorld.AtOnce with { Prices = StorePrices.Amazon };

    [Theory]
    [InlineData("STANDARD_IA", 30)]
    [InlineData("GLACIER", 90)]
    [InlineData("GLACIER_IR", 90)]
    [InlineData("DEEP_ARCHIVE", 180)]
    public async Task What_has_a_minimum_of_days_goes_when_they_are_over(string storageClass, int days)
    {
        await using var world = await BackupWorld.CreateAsync();
        var stored = world.Time.GetUtcNow();
        var store = new ClassedStore(world.Test.Store, storageClass, stored);
        var tree = await PrepareAsync(world);

        world.Time.Advance(TimeSpan.FromDays(days - 1));
        var early = await world.PruneAsync(Priced, store);
        Assert.Equal((default, default), (early.Condemned, early.Deleted));
        Assert.True(early.PaidFor.Packs > 0);
        Assert.Equal(stored.AddDays(days), early.PaidUntil);
        Assert.True(early.Cost!.MonthlyAfter < early.Cost.MonthlyBefore);

        world.Time.Advance(TimeSpan.FromDays(1));
        var late = await world.PruneAsync(Priced, store);
        Assert.Equal(early.PaidFor, late.Deleted);
        Assert.Equal(default, late.PaidFor);
        await world.AssertAllRestoreAsync(tree);
    }

    [Fact]
    public async Task With_a_grace_the_announcement_comes_so_much_earlier()
    {
        await using var world = await BackupWorld.CreateAsync();
        var store = new ClassedStore(world.Test.Store, "GLACIER", world.Time.GetUtcNow());
        await PrepareAsync(world);
        var options = Priced with { Grace = TimeSpan.FromDays(10) };
        world.Time.Advance(TimeSpan.FromDays(79));
        Assert.Equal(default, (await world.PruneAsync(options, store)).Condemned);
        world.Time.Advance(TimeSpan.FromDays(1));
        var condemned = (await world.PruneAsync(options, store)).Condemned;
        Assert.True(condemned.Packs > 0);
        world.Time.Advance(TimeSpan.FromDays(10));
        Assert.Equal(condemned, (await world.PruneAsync(options, store)).Deleted);
    }

    [Fact]
    public async Task What_was_announced_without_prices_waits_too()
    {
        await using var world = await BackupWorld.CreateAsync();
        var store = new ClassedStore(world.Test.Store, "GLACIER", world.Time.GetUtcNow());
        await PrepareAsync(world);
        var condemned = (await world.PruneAsync(
            PruneWorld.AtOnce with { Grace = TimeSpan.FromDays(1) }, store)).Condemned;
        world.Time.Advance(TimeSpan.FromDays(2));
        Assert.Equal(condemned, (await world.PruneAsync(Priced, store)).PaidFor);
        world.Time.Advance(TimeSpan.FromDays(90));
        Assert.Equal(condemned, (await world.PruneAsync(Priced, store)).Deleted);
    }

    [Theory]
    [InlineData("STANDARD", true)]
    [InlineData("GLACIER", false)]
    public async Task Only_what_earns_its_copy_is_repacked(string storageClass, bool isRepacked)
    {
        await using var world = await BackupWorld.CreateAsync();
        var store = new ClassedStore(world.Test.Store, storageClass, world.Time.GetUtcNow());
        for (var i = 0; i < 20; i++)
            world.Source.File($"file{i:00}", world.Random.Bytes(300_000));
        var (first, _) = await world.ChangeAndBackupAsync();
        for (var i = 1; i < 20; i++)
            world.Source.Remove($"file{i:00}");
        var (_, tree) = await world.ChangeAndBackupAsync();
        await world.ForgetAsync(first);
        world.Time.Advance(TimeSpan.FromDays(365));
        var result = await world.PruneAsync(Priced with { MaxUnusedPercent = 5 }, store);
        Assert.Equal(isRepacked, result.Repacked.Packs > 0);
        await world.AssertAllRestoreAsync(tree);
    }

    [Fact]
    public async Task Without_prices_there_is_no_money()
    {
        await using var world = await BackupWorld.CreateAsync();
        await PrepareAsync(world);
        var result = await world.PruneAsync(PruneWorld.AtOnce with { IsDryRun = true });
        Assert.Null(result.Cost);
        Assert.True(result.Condemned.Packs > 0);
    }

    static async Task<SortedDictionary<string, Expected>> PrepareAsync(BackupWorld world)
    {
        var (first, _) = await world.ChangeAndBackupAsync("old");
        world.Source.Remove("old");
        var (_, tree) = await world.ChangeAndBackupAsync("new");
        await world.ForgetAsync(first);
        return tree;
    }
}
