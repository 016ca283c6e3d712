using Cairn.Engine.Formats;
using Cairn.Engine.Operations;
using Cairn.Engine.Operations.Repair;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Hosts;
using Cairn.Engine.Storage;
using Cairn.Testing.Repositories;
using Cairn.Tests.Operations.Copy;

namespace Cairn.Tests.Operations.Repair;

public sealed class IndexRepairTests
{
    [Fact]
    public async Task The_index_is_made_again_from_packs_alone()
    {
        await using var world = await CopyWorld.CreateAsync();
        var trees = await world.BackupTwiceAsync();
        var test = world.Source.Test;
        var lost = await DeleteIndexAsync(test);
        var result = await RepairAsync(test);
        Assert.Empty(result.Problems);
        Assert.Equal((0, RepairWorld.PacksOf(await test.ObjectsAsync()).Count()), (result.PacksKnown, result.Packs));
        Assert.True(lost > 0);
        Assert.Empty(await RepairWorld.CheckAsync(test));
        await RepairWorld.AssertRestoresAsync(test, trees);
        // And a backup without local state finds all of it.
        world.Source.State = new Testing.State.MemoryStateFolder();
        var backup = await world.Source.BackupAsync();
        Assert.True(backup.Statistics.BytesStoredPlain < 20_000, $"{backup.Statistics.BytesStoredPlain} stored again");
        Assert.Equal(0, (await RepairAsync(test)).Packs);
    }

    [Fact]
    public async Task A_maintainer_can_do_it_who_reads_nothing_P4()
    {
        await using var world = await CopyWorld.CreateAsync();
        await world.BackupTwiceAsync();
        var test = world.Source.Test;
        using var maintainer = await TestHost.JoinAsync(test, "m", HostRole.Maintainer);
        await DeleteIndexAsync(test);
        using var repository = await RepositoryOpener.OpenWithMaintainerAsync(
            test.Store, maintainer.MaintainerCredential, test.Environment, TestContext.Current.CancellationToken);
        var result = await IndexRepair.RunAsync(
            repository, 2, isDryRun: false, new WorkMonitor("reading"), TestContext.Current.CancellationToken);
        Assert.Empty(result.Problems);
        Assert.Empty(await RepairWorld.CheckAsync(test));
    }

    [Fact]
    public async Task A_damaged_pack_is_named_to_the_caller_and_not_in_the_index()
    {
        await using var world = await CopyWorld.CreateAsync();
        await world.BackupTwiceAsync();
        var test = world.Source.Test;
        await DeleteIndexAsync(test);
        var objects = await test.ObjectsAsync();
        var pack = RepairWorld.PacksOf(objects).First();
        var bytes = objects[pack];
        bytes[bytes.Length / 2] ^= 1;
        test.Store.Plant(pack, bytes);
        var result = await RepairAsync(test);
        Assert.Equal(pack, Assert.Single(result.Problems).Object);
        Assert.Equal(RepairWorld.PacksOf(objects).Count() - 1, result.Packs);
    }

    [Fact]
    public async Task A_dry_run_changes_nothing()
    {
        await using var world = await CopyWorld.CreateAsync();
        await world.BackupTwiceAsync();
        var test = world.Source.Test;
        await DeleteIndexAsync(test);
        var before = await test.ObjectsAsync();
        Assert.True((await RepairAsync(test, isDryRun: true)).Packs > 0);
        Assert.Equal(before.Keys, (await test.ObjectsAsync()).Keys);
    }

    static async Task<IndexRepairResult> RepairAsync(TestRepository test, bool isDryRun = false)
    {
        using var repository = await test.OpenForReadingAsync();
        return await IndexRepair.RunAsync(
            repository, 2, isDryRun, new WorkMonitor("reading"), TestContext.Current.CancellationToken);
    }

    static async Task<int> DeleteIndexAsync(TestRepository test)
    {
        var names = (await test.ObjectsAsync()).Keys
            .Where(name => name.StartsWith(ObjectNames.Index, StringComparison.Ordinal)).ToList();
        foreach (var name in names)
            await test.Store.DeleteAsync(new ObjectKey(name), TestContext.Current.CancellationToken);
        return names.Count;
    }
}
