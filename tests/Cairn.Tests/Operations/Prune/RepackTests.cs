using Cairn.Engine.Formats;
using Cairn.Engine.Operations;
using Cairn.Engine.Operations.Prune;
using Cairn.Engine.Operations.Restore;
using Cairn.Engine.Operations.Statistics;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Storage;
using Cairn.Testing.Repositories;
using Cairn.Testing.State;
using Cairn.Testing.Stores;
using Cairn.Testing.Trees;
using Cairn.Tests.Operations.Backup;

namespace Cairn.Tests.Operations.Prune;

public sealed class RepackTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    static readonly PruneOptions Repacks = PruneWorld.AtOnce with { MaxUnusedPercent = 5 };

    [Fact]
    public async Task What_is_needed_is_copied_and_the_rest_goes_INV_1_INV_4()
    {
        await using var world = await BackupWorld.CreateAsync();
        var (second, tree) = await PrepareAsync(world);
        var before = world.Names("packs/").ToList();

        var result = await world.PruneAsync(Repacks);

        Assert.True(result.Repacked.Packs > 0 && result.RepackedInto.Packs > 0);
        Assert.True(result.RepackedInto.Bytes < result.Repacked.Bytes);
        Assert.True(result.Deleted.Packs >= result.Repacked.Packs);
        Assert.Equal(
            before.Count - result.Deleted.Packs + result.RepackedInto.Packs, world.Names("packs/").Count());
        await world.AssertRestoresAsync(second, tree);
        await world.AssertSoundAsync();
        // There is nothing left to gain.
        var again = await world.PruneAsync(Repacks);
        Assert.Equal((0, 0), (again.Repacked.Packs, again.Deleted.Packs));
        Assert.Equal(result.UsedBytes, again.UsedBytes);
    }

    [Fact]
    public async Task Hosts_deduplicate_against_what_was_copied_and_it_can_be_copied_again_INV_1()
    {
        await using var world = await BackupWorld.CreateAsync();
        var (second, _) = await PrepareAsync(world);
        await world.PruneAsync(Repacks);
        world.State = new MemoryStateFolder();
        world.Wait();
        var unchanged = await world.BackupAsync();
        Assert.Equal(0, unchanged.Statistics.BytesStoredPlain);

        // A second generation of moves.
        Shrink(world, keeps: 3);
        var (last, tree) = await world.ChangeAndBackupAsync();
        await world.ForgetAsync(second, unchanged.Snapshot!.Value);
        var result = await world.PruneAsync(Repacks);
        Assert.True(result.Repacked.Packs > 0);
        await world.AssertRestoresAsync(last, tree);
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task Ledgers_count_what_was_moved()
    {
        await using var world = await BackupWorld.CreateAsync();
        await PrepareAsync(world);
        var before = await UsageAsync(world);
        Assert.True((await world.PruneAsync(Repacks)).Repacked.Packs > 0);
        Assert.Equal(before, await UsageAsync(world));
    }

    [Fact]
    public async Task A_new_pack_that_another_condemns_meanwhile_frees_nothing_INV_1()
    {
        await using var world = await BackupWorld.CreateAsync();
        var (second, tree) = await PrepareAsync(world);
        var store = new HookedStore(world.Test.Store);
        var known = world.Names("packs/").ToHashSet();
        // Just before the move is stored.
        store.Before = async (member, name) =>
        {
            if (member != StoreMember.Put || !name.StartsWith("moves/", StringComparison.Ordinal))
                return;
            store.Before = null;
            await world.PruneAsync(PruneWorld.AtOnce);
            Assert.DoesNotContain(world.Names("packs/"), pack => !known.Contains(pack));
        };
        var result = await world.PruneAsync(Repacks, store);
        Assert.Null(store.Before);
        Assert.NotEmpty(result.Notes);
        await world.AssertRestoresAsync(second, tree);
        await world.PruneAsync(Repacks);
        await world.AssertRestoresAsync(second, tree);
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task A_new_pack_that_was_lost_frees_nothing_INV_1()
    {
        await using var world = await BackupWorld.CreateAsync();
        var (second, tree) = await PrepareAsync(world);
        var known = world.Names("packs/").ToHashSet();
        var store = new HookedStore(world.Test.Store);
        store.After = async (member, name) =>
        {
            if (member != StoreMember.Put || !name.StartsWith("moves/", StringComparison.Ordinal))
                return;
            store.After = null;
            foreach (var pack in world.Names("packs/").Where(pack => !known.Contains(pack)).ToList())
                await world.Test.Store.DeleteAsync(new ObjectKey(pack), Token);
        };
        await world.PruneAsync(Repacks, store);
        Assert.Null(store.After);
        await world.AssertRestoresAsync(second, tree);
    }

    [Fact]
    public async Task A_damaged_pack_is_left_as_it_is()
    {
        await using var world = await BackupWorld.CreateAsync();
        await PrepareAsync(world);
        var objects = await world.Test.ObjectsAsync();
        foreach (var name in world.Names("packs/").ToList())
        {
            var bytes = objects[name];
            bytes[bytes.Length / 2] ^= 1;
            await world.Test.Store.DeleteAsync(new ObjectKey(name), Token);
            world.Test.Store.Plant(name, bytes);
        }
        var result = await world.PruneAsync(Repacks);
        Assert.Equal(0, result.RepackedInto.Packs);
        Assert.NotEmpty(result.Notes);
    }

    [Fact]
    public async Task At_most_so_many_bytes_are_copied()
    {
        await using var world = await BackupWorld.CreateAsync();
        await PrepareAsync(world);
        var all = await world.PruneAsync(Repacks with { IsDryRun = true });
        var limit = all.RepackedInto.Bytes / 2;
        var some = await world.PruneAsync(Repacks with { IsDryRun = true, RepackBytesMax = limit });
        Assert.InRange(some.RepackedInto.Bytes, 1, limit);
    }

    /// <summary>A reader may be held up for days, in the middle of a listing of packs.</summary>
    [Fact]
    public async Task Who_had_searched_all_packs_before_a_repack_finds_what_was_moved()
    {
        await using var world = await BackupWorld.CreateAsync();
        var (second, tree) = await PrepareAsync(world);
        using var repository = await world.OpenAsAdminAsync();
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), Token);
        await session.Blobs.MakeUnlistedPacksKnownAsync(Token);

        Assert.True((await world.PruneAsync(PruneWorld.AtOnce with { MaxUnusedPercent = 0 })).Repacked.Packs > 0);

        var snapshot = (await SnapshotCatalog.ListAsync(repository, Token)).Snapshots.Single(
            snapshot => snapshot.Name == second);
        using var target = new MemoryTarget();
        var result = await RestoreOperation.RunAsync(
            session, snapshot, target, new RestoreOptions { Workers = 1 }, new RestoreMonitor(), Token);
        Assert.Equal(0, result.FailureCount);
        Assert.Equal(tree.Keys, target.Nodes.Keys);
    }

    /// <summary>Many small files of which the second snapshot has every fourth; the first is forgotten.</summary>
    static async Task<(SnapshotName, SortedDictionary<string, Expected>)> PrepareAsync(BackupWorld world)
    {
        for (var i = 0; i < 120; i++)
            world.Source.File($"file{i:000}", world.Random.Bytes(30_000));
        var (first, _) = await world.ChangeAndBackupAsync();
        Shrink(world, keeps: 4);
        var second = await world.ChangeAndBackupAsync();
        await world.ForgetAsync(first);
        return second;
    }

    static void Shrink(BackupWorld world, int keeps)
    {
        var number = 0;
        foreach (var path in world.Source.Nodes.Keys.Where(path => path.StartsWith("file", StringComparison.Ordinal))
            .ToList())
        {
            if (number++ % keeps != 0)
                world.Source.Remove(path);
        }
    }

    static async Task<RowUsage> UsageAsync(BackupWorld world)
    {
        using var admin = await world.OpenAsAdminAsync();
        using var session = await ReadSession.OpenAsync(admin, new MemoryStateFolder(), Token);
        var listing = await SnapshotCatalog.ListAsync(admin, Token);
        var usage = await StatisticsOperation.RunAsync(
            session, listing.Snapshots, prices: null, new WorkMonitor("adding up"), Token);
        Assert.Equal(0, usage.UnknownPacks);
        return usage.Snapshots.Aggregate(default(RowUsage), (sum, snapshot) => sum + snapshot.Added);
    }
}
