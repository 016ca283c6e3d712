using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Prune;
using Cairn.Engine.Operations.Push;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;
using Cairn.Testing.Stores;
using Cairn.Tests.Operations.Backup;
using Cairn.Tests.Operations.Prune;

namespace Cairn.Tests.Operations.Push;

/// <summary>A prune ran between the backup and the push, and knew nothing of what lies in the spool.</summary>
public sealed class PushMendingTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_repacked_meanwhile_is_found_in_its_new_packs()
    {
        await using var spool = await SpoolWorld.CreateAsync();
        var world = spool.World;
        world.AddSomeFiles(files: 4, bytes: 100_000);
        var (first, _) = await world.ChangeAndBackupAsync("changing");
        await world.ChangeAndBackupAsync("changing");
        await spool.PushAsync();
        world.Source.File("new", world.Random.Bytes(10_000));
        world.Wait();
        var tree = await spool.BackupAsync();
        await world.ForgetAsync(first);
        var pruned = await world.PruneAsync(PruneWorld.AtOnce with { MaxUnusedPercent = 0 });
        Assert.True(pruned.Repacked.Packs > 0);

        var result = await spool.PushAsync();

        var session = Assert.Single(result.Sessions);
        Assert.True(session.Mended > 0);
        await world.AssertRestoresAsync(session.Snapshot, tree);
        await world.AssertSoundAsync();
        await spool.AssertEmptyAsync();
    }

    [Fact]
    public async Task What_is_gone_is_never_committed_and_the_next_backup_brings_both_back()
    {
        await using var spool = await SpoolWorld.CreateAsync();
        var (first, tree) = await ReliesOnForgottenAsync(spool);
        await spool.World.ForgetAsync(first);
        Assert.True((await spool.World.PruneAsync()).Deleted.Packs > 0);

        var waiting = Assert.Single((await spool.PushAsync()).Sessions);

        Assert.Null(waiting.Snapshot);
        Assert.True(waiting.Missing > 0);
        Assert.False(waiting.IsDiscarded);
        Assert.Empty(spool.World.Names("snapshots/"));
        // What it brought itself is announced, and a prune leaves it alone.
        await spool.World.PruneAsync(PruneWorld.AtOnce with { UnfinishedAfter = TimeSpan.FromDays(2) });

        // The files are as they were: they are read again, and what is missing is stored anew.
        var second = await spool.BackupAsync();
        var result = await spool.PushAsync();
        Assert.Equal(2, result.Sessions.Count(session => session.Snapshot is not null));
        await spool.World.AssertRestoresAsync(result.Sessions[0].Snapshot, tree);
        await spool.World.AssertRestoresAsync(result.Sessions[1].Snapshot, second);
        await spool.World.AssertSoundAsync();
        await spool.AssertEmptyAsync();
    }

    [Fact]
    public async Task A_backup_past_the_spool_brings_it_back_too()
    {
        await using var spool = await SpoolWorld.CreateAsync();
        var (first, tree) = await ReliesOnForgottenAsync(spool);
        await spool.World.ForgetAsync(first);
        await spool.World.PruneAsync();
        Assert.Null(Assert.Single((await spool.PushAsync()).Sessions).Snapshot);
        await spool.World.BackupAsync();
        var session = Assert.Single((await spool.PushAsync()).Sessions);
        await spool.World.AssertRestoresAsync(session.Snapshot, tree);
        await spool.World.AssertSoundAsync();
    }

    [Fact]
    public async Task What_has_changed_since_is_given_up_when_a_later_backup_of_the_same_is_committed()
    {
        await using var spool = await SpoolWorld.CreateAsync();
        var (first, _) = await ReliesOnForgottenAsync(spool);
        await spool.World.ForgetAsync(first);
        await spool.World.PruneAsync();
        Assert.Null(Assert.Single((await spool.PushAsync()).Sessions).Snapshot);
        spool.World.Source.File("old", spool.World.Random.Bytes(100_000));
        spool.World.Wait();
        var tree = await spool.BackupAsync();
        var result = await spool.PushAsync();
        Assert.True(result.Sessions[0].IsDiscarded);
        await spool.World.AssertRestoresAsync(result.Sessions[1].Snapshot, tree);
        Assert.Single(spool.World.Names("snapshots/"));
        await spool.AssertEmptyAsync();
    }

    [Fact]
    public async Task It_is_given_up_when_asked_to()
    {
        await using var spool = await SpoolWorld.CreateAsync();
        var (first, _) = await ReliesOnForgottenAsync(spool);
        await spool.World.ForgetAsync(first);
        await spool.World.PruneAsync();
        var result = await spool.PushAsync(options: new PushOptions { Discards = true });
        Assert.True(Assert.Single(result.Sessions).IsDiscarded);
        await spool.AssertEmptyAsync();
        Assert.Empty(spool.World.Names("snapshots/"));
    }

    [Theory]
    [InlineData("packs/")]
    [InlineData("index/")]
    [InlineData("ledgers/")]
    public async Task Packs_condemned_while_they_are_pushed_are_stored_again_under_new_names(string moment)
    {
        await using var spool = await SpoolWorld.CreateAsync();
        spool.World.AddSomeFiles();
        var tree = await spool.BackupAsync();
        var (store, condemned) = (new HookedStore(spool.World.Test.Store), new List<ObjectHash>());
        store.After = async (member, name) =>
        {
            if (member != StoreMember.Put || condemned.Count > 0 || !name.StartsWith(moment, StringComparison.Ordinal))
                return;
            condemned.AddRange(spool.World.Names("packs/").Select(PruneWorld.PackOf));
            await spool.World.AnnounceAsync(announcer => announcer.CondemnAsync(condemned, Token));
            foreach (var pack in condemned)
                await spool.World.Test.Store.DeleteAsync(ObjectNames.Pack(pack), Token);
        };
        var result = await spool.PushAsync(inner => inner == spool.World.Test.Store ? store : inner);
        Assert.NotEmpty(condemned);
        var session = Assert.Single(result.Sessions);
        Assert.True(session.Mended > 0);
        await spool.World.AssertRestoresAsync(session.Snapshot, tree);
        await spool.AssertEmptyAsync();
    }

    [Fact]
    public async Task A_push_that_was_interrupted_for_weeks_stores_again_what_a_prune_took_for_abandoned()
    {
        await using var spool = await SpoolWorld.CreateAsync();
        spool.World.AddSomeFiles();
        var tree = await spool.BackupAsync();
        var faults = StoreFaults.When(
            call => call.Member == StoreMember.Put && call.Name.StartsWith("index/", StringComparison.Ordinal));
        await Assert.ThrowsAsync<StoreException>(() => spool.PushAsync(
            inner => inner == spool.World.Test.Store ? new FaultyStore(inner, faults) : inner));
        spool.World.Time.Advance(TimeSpan.FromDays(20));
        Assert.True((await spool.World.PruneAsync()).Deleted.Packs > 0);
        Assert.Empty(spool.World.Names("packs/"));

        var session = Assert.Single((await spool.PushAsync()).Sessions);

        await spool.World.AssertRestoresAsync(session.Snapshot, tree);
        await spool.AssertEmptyAsync();
        await spool.World.AssertSoundAsync();
    }

    [Fact]
    public async Task A_ledger_that_is_given_up_meanwhile_is_announced_anew_H5()
    {
        await using var spool = await SpoolWorld.CreateAsync();
        spool.World.AddSomeFiles();
        var tree = await spool.BackupAsync();
        var (store, proposed) = (new HookedStore(spool.World.Test.Store), 0);
        store.After = async (member, name) =>
        {
            if (member != StoreMember.Put || proposed > 0 || !ObjectNames.TryParseSnapshot(
                new ObjectKey(name), out var snapshot))
                return;
            proposed++;
            await spool.World.AnnounceAsync(announcer => announcer.ProposeVoidAsync([snapshot.Ledger], Token));
        };
        var result = await spool.PushAsync(inner => inner == spool.World.Test.Store ? store : inner);
        Assert.Equal(2, spool.World.Names("snapshots/").Count());
        await spool.World.AssertRestoresAsync(Assert.Single(result.Sessions).Snapshot, tree);
        await spool.AssertEmptyAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_pack_that_the_spool_lost_is_told_and_nothing_broken_is_committed(bool isDamaged)
    {
        await using var spool = await SpoolWorld.CreateAsync();
        spool.World.AddSomeFiles();
        var tree = await spool.BackupAsync();
        var lost = (await spool.NamesAsync("packs/")).First(name => spool.Data.StatAsync(
            new ObjectKey(name), Token).Result is not null);
        if (isDamaged)
            spool.Data.Plant(lost, [1, 2, 3]);
        else
            await spool.Data.DeleteAsync(new ObjectKey(lost), Token);

        var result = await spool.PushAsync();

        Assert.Null(Assert.Single(result.Sessions).Snapshot);
        Assert.Equal(isDamaged, result.Notes.Any(note => note.Contains(lost, StringComparison.Ordinal)));
        Assert.Empty(spool.World.Names("snapshots/"));
        // No index object names it (H1), so nobody relies on it: the next backup reads again what was in it.
        var second = await spool.BackupAsync();
        result = await spool.PushAsync();
        await spool.World.AssertRestoresAsync(result.Sessions[^1].Snapshot, second);
        await spool.World.AssertAllRestoreAsync(tree, second);
    }

    [Fact]
    public async Task A_repository_that_was_put_back_to_an_older_copy_gets_no_broken_snapshot()
    {
        await using var spool = await SpoolWorld.CreateAsync();
        var world = spool.World;
        world.AddSomeFiles(files: 4, bytes: 100_000);
        var older = (await world.Test.ObjectsAsync()).Keys.ToHashSet();
        await world.BackupAsync();
        await spool.PushAsync();
        world.Source.File("new", world.Random.Bytes(10_000));
        world.Wait();
        var tree = await spool.BackupAsync();
        var interrupted = StoreFaults.When(
            call => call.Member == StoreMember.Put && call.Name.StartsWith("index/", StringComparison.Ordinal));
        await Assert.ThrowsAsync<StoreException>(() => spool.PushAsync(
            inner => inner == world.Test.Store ? new FaultyStore(inner, interrupted) : inner));
        foreach (var name in (await world.Test.ObjectsAsync()).Keys.Where(name => !older.Contains(name)))
            await world.Test.Store.DeleteAsync(new ObjectKey(name), Token);

        Assert.Null(Assert.Single((await spool.PushAsync()).Sessions).Snapshot);

        var second = await spool.BackupAsync();
        var result = await spool.PushAsync();
        Assert.Equal(2, result.Sessions.Count(session => session.Snapshot is not null));
        Assert.Equal(2, await world.AssertAllRestoreAsync(tree, second));
        await spool.AssertEmptyAsync();
        Assert.Empty(await spool.NamesAsync(SpoolNames.Old));
    }

    /// <summary>A file of a snapshot that is gone from a later one comes back, in a backup that is spooled.</summary>
    static async Task<(SnapshotName Forgotten, SortedDictionary<string, Expected> Tree)>
        ReliesOnForgottenAsync(SpoolWorld spool)
    {
        spool.World.AddSomeFiles(files: 2, bytes: 50_000);
        spool.World.Source.File("old", spool.World.Random.Bytes(400_000));
        spool.World.Wait();
        var first = (await spool.World.BackupAsync()).Snapshot!.Value;
        await spool.PushAsync();
        spool.World.Source.File("new", spool.World.Random.Bytes(10_000));
        spool.World.Wait();
        return (first, await spool.BackupAsync());
    }
}
