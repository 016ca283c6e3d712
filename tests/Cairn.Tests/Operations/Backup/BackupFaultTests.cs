using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;
using Cairn.Testing.State;
using Cairn.Testing.Stores;

namespace Cairn.Tests.Operations.Backup;

/// <summary>One call after the other fails: nothing committed is lost (INV-1), it is told (INV-6), and a rerun needs
/// no help.</summary>
public sealed class BackupFaultTests
{
    [Theory]
    [InlineData(FaultMoment.Before)]
    [InlineData(FaultMoment.After)]
    public async Task Whichever_call_of_the_store_fails_a_rerun_succeeds_unaided_INV_1_INV_6(FaultMoment moment)
    {
        for (var failing = 1; ; failing++)
        {
            await using var world = await BackupWorld.CreateAsync();
            var (earlier, before) = await PrepareAsync(world);
            var store = new FaultyStore(world.Test.Store, StoreFaults.OnCall(failing, moment));
            var failure = await Record.ExceptionAsync(() => world.BackupAsync(store));
            var isOver = store.Calls.Count < failing;
            Assert.True(isOver == failure is null, $"call {failing} of {store.Calls.Count} {moment}: {failure}");
            Assert.True(failure is null or StoreException, $"call {failing}: {failure}");
            await world.AssertAllRestoreAsync(before, world.Capture());
            await world.AssertRestoresAsync(earlier.Snapshot, before);
            if (isOver)
                return;

            var stored = world.Names("packs/").Count();
            var rerun = await world.BackupAsync();
            await world.AssertRestoresAsync(rerun.Snapshot, world.Capture());
            await world.AssertAllRestoreAsync(before, world.Capture());
            // What this machine knows to be stored is not sent again: a second full set would be twelve packs.
            Assert.InRange(world.Names("packs/").Count() - stored, 0, 8);
        }
    }

    [Fact]
    public async Task Whatever_file_of_the_state_is_damaged_or_lost_a_run_succeeds_INV_7()
    {
        await using var world = await BackupWorld.CreateAsync();
        await PrepareAsync(world);
        await world.BackupAsync();
        foreach (var name in world.State.List().ToList())
        {
            // Runs replace some files by others.
            if (!world.State.List().Contains(name))
                continue;
            var content = ReadAll(world.State, name);
            foreach (var damaged in new byte[]?[] { null, [], content[..(content.Length / 2)], Flipped(content) })
            {
                world.State.Delete(name);
                if (damaged is not null)
                    world.State.Plant(name, damaged);
                world.Source.File("dir0/more", world.Random.Bytes(5000));
                world.Wait();
                var result = await world.BackupAsync();
                await world.AssertRestoresAsync(result.Snapshot, world.Capture());
            }
        }
    }

    [Fact]
    public async Task What_a_killed_run_stored_is_taken_up_by_the_next()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles();
        var packs = await KillAtTheIndexAsync(world);
        Assert.Contains(world.State.List(), name => IsStoredLog(name));
        var result = await world.BackupAsync();
        Assert.Equal(packs, world.Names("packs/").ToList());
        Assert.Equal(0, result.Statistics.PacksStored);
        Assert.DoesNotContain(world.State.List(), name => IsStoredLog(name));
        await world.AssertRestoresAsync(result.Snapshot, world.Capture());
    }

    [Fact]
    public async Task A_damaged_note_of_a_stored_pack_is_ignored()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles();
        await KillAtTheIndexAsync(world);
        foreach (var name in world.State.List().Where(IsStoredLog).ToList())
            world.State.Plant(name, Flipped([.. ReadAll(world.State, name)]));
        var result = await world.BackupAsync();
        Assert.True(result.Statistics.PacksStored > 3);
        Assert.DoesNotContain(world.State.List(), name => IsStoredLog(name));
        await world.AssertRestoresAsync(result.Snapshot, world.Capture());
    }

    [Fact]
    public async Task A_note_of_a_pack_that_is_gone_from_the_repository_is_not_believed()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles();
        foreach (var name in await KillAtTheIndexAsync(world))
            await world.Test.Store.DeleteAsync(new ObjectKey(name), TestContext.Current.CancellationToken);
        var result = await world.BackupAsync();
        await world.AssertRestoresAsync(result.Snapshot, world.Capture());
    }

    [Fact]
    public async Task A_repository_put_back_to_an_older_copy_makes_the_local_index_forget()
    {
        await using var world = await BackupWorld.CreateAsync();
        var (earlier, before) = await PrepareAsync(world);
        var copy = await world.Test.ObjectsAsync();
        await world.BackupAsync();
        foreach (var name in (await world.Test.ObjectsAsync()).Keys.Where(name => !copy.ContainsKey(name)))
            await world.Test.Store.DeleteAsync(new ObjectKey(name), TestContext.Current.CancellationToken);
        var result = await world.BackupAsync();
        await world.AssertRestoresAsync(result.Snapshot, world.Capture());
        await world.AssertRestoresAsync(earlier.Snapshot, before);
    }

    [Fact]
    public async Task A_failed_upload_ends_a_pass_that_would_go_on_for_long()
    {
        await using var world = await BackupWorld.CreateAsync();
        // One full pack.
        world.AddSomeFiles(files: 5);
        world.Source.BatchEntriesMax = 1;
        // Behind these nothing new is found, so nobody would come to the uploader again.
        var content = world.Random.Bytes(50_000);
        var batches = 0;
        for (var i = 0; i < 3000; i++)
            world.Source.File($"z/{i:0000}", content);
        world.Source.OnBatch = _ => batches++;
        var store = new FaultyStore(world.Test.Store, StoreFaults.When(
            call => call.Member == StoreMember.Put, kind: StoreErrorKind.Full));
        var failure = await Assert.ThrowsAsync<StoreException>(() => world.BackupAsync(store));
        Assert.Equal(StoreErrorKind.Full, failure.Kind);
        Assert.InRange(batches, 1, 2900);
    }

    static async Task<(BackupResult, SortedDictionary<string, Expected>)> PrepareAsync(BackupWorld world)
    {
        world.AddSomeFiles(files: 6, bytes: 200_000);
        var earlier = await world.BackupAsync();
        var before = world.Capture();
        world.AddSomeFiles(files: 9, bytes: 200_000);
        world.Source.Remove("dir1/file1");
        return (earlier, before);
    }

    /// <summary>Dies when all packs are stored, and returns their names.</summary>
    static async Task<List<string>> KillAtTheIndexAsync(BackupWorld world)
    {
        var store = new FaultyStore(world.Test.Store, StoreFaults.When(
            call => call.Member == StoreMember.Put && call.Name.StartsWith("index/", StringComparison.Ordinal)));
        await Assert.ThrowsAsync<StoreException>(() => world.BackupAsync(store));
        var packs = world.Names("packs/").ToList();
        Assert.True(packs.Count > 3);
        return packs;
    }

    static bool IsStoredLog(string name) => name.StartsWith("stored-", StringComparison.Ordinal);

    static byte[] ReadAll(MemoryStateFolder state, string name)
    {
        using var file = state.TryOpen(name)!;
        return file.Slice(0, (int)file.Length).ToArray();
    }

    static byte[] Flipped(byte[] content)
    {
        var copy = content.ToArray();
        copy[copy.Length * 2 / 3] ^= 1;
        return copy;
    }
}
