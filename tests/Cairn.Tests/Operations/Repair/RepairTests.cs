using Cairn.Engine.Formats;
using Cairn.Engine.Storage;
using Cairn.Testing.Stores;
using Cairn.Tests.Operations.Backup;
using Cairn.Tests.Operations.Copy;
using static Cairn.Tests.Operations.Repair.RepairWorld;

namespace Cairn.Tests.Operations.Repair;

public sealed class RepairTests
{
    [Theory]
    [InlineData(Donor.Mirror)]
    [InlineData(Donor.Copy)]
    [InlineData(Donor.Original)]
    public async Task Each_pack_that_is_lost_is_healed_and_everything_restores_byte_identically_INV_1(Donor donor)
    {
        await using var world = await CopyWorld.CreateAsync();
        var trees = await world.BackupTwiceAsync();
        await world.CopyAsync();
        var (patient, from) = donor == Donor.Original
            ? (world.Target.Test, world.Source.Test) : (world.Source.Test, world.Target.Test);
        var objects = await patient.ObjectsAsync();
        foreach (var pack in PacksOf(objects))
        {
            await using var damaged = await patient.CopyAsync();
            await damaged.Store.DeleteAsync(new ObjectKey(pack), TestContext.Current.CancellationToken);
            var result = await RepairAsync(damaged, donor == Donor.Mirror ? patient : from);
            Assert.False(result.IsDamaged, $"{pack}: {string.Join('\n', result.Remaining)}");
            Assert.True(result.LostBeforeCount > 0 && result.BadPacks == 1);
            Assert.Equal((0, 0), (result.LostAfterCount, result.UnhealedBlobs));
            await AssertRestoresAsync(damaged, trees);
            await PruneAsync(damaged);
            Assert.Empty(await CheckAsync(damaged));
            await AssertRestoresAsync(damaged, trees);
        }
    }

    [Theory]
    [InlineData(Donor.Copy)]
    [InlineData(Donor.Mirror)]
    public async Task All_packs_lost_at_once_are_healed(Donor donor)
    {
        await using var world = await CopyWorld.CreateAsync();
        var trees = await world.BackupTwiceAsync();
        await world.CopyAsync();
        await using var damaged = await world.Source.Test.CopyAsync();
        foreach (var pack in PacksOf(await damaged.ObjectsAsync()))
            await damaged.Store.DeleteAsync(new ObjectKey(pack), TestContext.Current.CancellationToken);
        var result = await RepairAsync(
            damaged, donor == Donor.Copy ? world.Target.Test : world.Source.Test, isQuick: true);
        Assert.False(result.IsDamaged);
        await AssertRestoresAsync(damaged, trees);
        await PruneAsync(damaged);
        Assert.Empty(await CheckAsync(damaged));
    }

    [Fact]
    public async Task From_a_copy_only_what_is_wanted_is_read()
    {
        await using var world = await CopyWorld.CreateAsync();
        await world.BackupTwiceAsync();
        await world.CopyAsync();
        var lost = new List<(long Blobs, long Bytes)>();
        foreach (var pack in PacksOf(await world.Source.Test.ObjectsAsync()))
        {
            await using var damaged = await world.Source.Test.CopyAsync();
            await damaged.Store.DeleteAsync(new ObjectKey(pack), TestContext.Current.CancellationToken);
            var result = await RepairAsync(damaged, world.Target.Test);
            var from = result.Healed[^1];
            Assert.Equal(result.BadBlobs, from.Blobs);
            lost.Add((from.Blobs, from.Bytes));
        }
        Assert.True(lost.Sum(healed => healed.Blobs) > 50);
    }

    [Fact]
    public async Task Lost_data_is_healed_from_the_disk_where_files_are_still_the_same()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles(files: 4, bytes: 200_000);
        world.Source.File("sparse", [.. new byte[50_000], .. world.Random.Bytes(20_000)]).IsSparse = true;
        world.Wait();
        var tree = world.Capture();
        await world.BackupAsync();
        var healed = 0;
        foreach (var pack in PacksOf(await world.Test.ObjectsAsync()))
        {
            await using var damaged = await world.Test.CopyAsync();
            await damaged.Store.DeleteAsync(new ObjectKey(pack), TestContext.Current.CancellationToken);
            var result = await RepairAsync(damaged, disk: world.Source);
            if (result.IsDamaged)
                continue;
            healed++;
            await AssertRestoresAsync(damaged, [tree]);
            await PruneAsync(damaged);
            Assert.Empty(await CheckAsync(damaged));
        }
        // All but the one with the pieces of the manifest, which no file is.
        Assert.Equal(PacksOf(await world.Test.ObjectsAsync()).Count() - 1, healed);
    }

    [Fact]
    public async Task What_is_not_on_the_disk_any_more_is_named_and_the_rest_is_healed_INV_6()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.Source.File("kept", world.Random.Bytes(5_000));
        world.Source.File("changed", world.Random.Bytes(900));
        world.Wait();
        await world.BackupAsync();
        world.Source.File("changed", world.Random.Bytes(900));
        await using var damaged = await world.Test.CopyAsync();
        foreach (var pack in PacksOf(await damaged.ObjectsAsync()).ToList())
        {
            using var bytes = await damaged.Store.GetAsync(
                new ObjectKey(pack), ByteRange.Whole, 1 << 28, TestContext.Current.CancellationToken);
            if (bytes.Span[ObjectHeader.Size] == 1)
                await damaged.Store.DeleteAsync(new ObjectKey(pack), TestContext.Current.CancellationToken);
        }
        var result = await RepairAsync(damaged, disk: world.Source);
        Assert.True(result.IsDamaged);
        Assert.Equal(2, result.LostBeforeCount);
        Assert.Equal("changed", System.Text.Encoding.UTF8.GetString(Assert.Single(result.LostAfter).Path.Span));
        Assert.Equal(1, result.UnhealedBlobs);
    }

    [Fact]
    public async Task A_flipped_bit_anywhere_in_a_pack_is_healed()
    {
        await using var world = await CopyWorld.CreateAsync();
        var trees = await world.BackupTwiceAsync();
        await world.CopyAsync();
        var random = world.Source.Random;
        foreach (var (name, bytes) in await world.Source.Test.ObjectsAsync())
        {
            if (!name.StartsWith(ObjectNames.Packs, StringComparison.Ordinal))
                continue;
            for (var i = 0; i < 4; i++)
            {
                var position = i switch { 0 => 7, 1 => bytes.Length - 1, _ => random.NextInt(bytes.Length) };
                await using var damaged = await world.Source.Test.CopyAsync();
                var copy = bytes.ToArray();
                copy[position] ^= 1;
                damaged.Store.Plant(name, copy);
                var result = await RepairAsync(damaged, world.Target.Test);
                Assert.False(result.IsDamaged, $"{name}, byte {position}: {string.Join('\n', result.Remaining)}");
                await AssertRestoresAsync(damaged, trees);
                await PruneAsync(damaged);
                Assert.Empty(await CheckAsync(damaged));
                await AssertRestoresAsync(damaged, trees);
            }
        }
    }

    [Fact]
    public async Task Nothing_is_deleted_or_overwritten_and_a_second_run_has_nothing_to_do_INV_2()
    {
        await using var world = await CopyWorld.CreateAsync();
        await world.BackupTwiceAsync();
        await world.CopyAsync();
        await using var damaged = await world.Source.Test.CopyAsync();
        await damaged.Store.DeleteAsync(
            new ObjectKey(PacksOf(await damaged.ObjectsAsync()).First()), TestContext.Current.CancellationToken);
        var before = await damaged.ObjectsAsync();
        var store = new HookedStore(damaged.Store);
        await RepairAsync(damaged, world.Target.Test, store: store);
        Assert.DoesNotContain(store.Events, e => e.Member == StoreMember.Delete);
        var kinds = store.Puts.Select(name => name.Split('/')[0]).ToList();
        Assert.Equal(["packs", "index", "moves", "retired"], kinds.Distinct());
        var after = await damaged.ObjectsAsync();
        Assert.All(before, old => Assert.Equal(old.Value, after[old.Key]));
        var again = await RepairAsync(damaged, world.Target.Test);
        Assert.Equal((0, 0, 1), (again.BadBlobs, again.PacksStored, again.Replaced));
        Assert.False(again.IsDamaged);
    }

    [Fact]
    public async Task What_could_not_be_healed_is_stored_anew_by_the_next_backup_of_who_still_has_it()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles(files: 3, bytes: 50_000);
        var tree = world.Capture();
        await world.BackupAsync();
        foreach (var pack in PacksOf(await world.Test.ObjectsAsync()))
            await world.Test.Store.DeleteAsync(new ObjectKey(pack), TestContext.Current.CancellationToken);
        Assert.True((await RepairAsync(world.Test)).IsDamaged);
        var backup = await world.BackupAsync();
        await world.AssertRestoresAsync(backup.Snapshot, tree);
    }

    [Fact]
    public async Task A_plan_says_which_files_are_lost_and_changes_nothing()
    {
        await using var world = await CopyWorld.CreateAsync();
        await world.BackupTwiceAsync();
        await world.CopyAsync();
        await using var damaged = await world.Source.Test.CopyAsync();
        foreach (var pack in PacksOf(await damaged.ObjectsAsync()))
            await damaged.Store.DeleteAsync(new ObjectKey(pack), TestContext.Current.CancellationToken);
        var before = await damaged.ObjectsAsync();
        var plan = await RepairAsync(damaged, world.Target.Test, isPlan: true);
        Assert.Equal(before.Keys, (await damaged.ObjectsAsync()).Keys);
        Assert.True(plan.IsDamaged && plan.LostBeforeCount > 0 && plan.BadBlobs > 0);
    }

    [Fact]
    public async Task A_repository_that_is_whole_needs_nothing()
    {
        await using var world = await CopyWorld.CreateAsync();
        await world.BackupTwiceAsync();
        var result = await RepairAsync(world.Source.Test);
        Assert.False(result.IsDamaged);
        Assert.Equal((0L, 0, 0L), (result.LostBeforeCount, result.BadPacks, result.PacksStored));
    }
}
