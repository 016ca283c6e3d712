using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Prune;
using Cairn.Testing.Stores;
using Cairn.Tests.Operations.Backup;

namespace Cairn.Tests.Operations.Prune;

/// <summary>Ledgers of runs that never committed.</summary>
public sealed class PruneVoidTests
{
    [Fact]
    public async Task What_a_crashed_run_left_goes_INV_4()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles(files: 4);
        var (first, tree) = await world.ChangeAndBackupAsync("kept");
        var packs = world.Names("packs/").ToList();
        await CrashAsync(world);
        Assert.Equal(2, world.Names("ledgers/").Count());

        var result = await world.PruneAsync();

        Assert.Equal((1, 1), (result.LedgersProposedVoid, result.LedgersVoided));
        Assert.Equal(packs, world.Names("packs/"));
        Assert.Single(world.Names("ledgers/"));
        await world.AssertRestoresAsync(first, tree);
        await world.AssertSoundAsync();
        // The host goes on as if nothing had been.
        var (second, newTree) = await world.ChangeAndBackupAsync("lost");
        await world.AssertRestoresAsync(second, newTree);
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task A_young_ledger_without_snapshot_keeps_what_it_names()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles(files: 4);
        await world.ChangeAndBackupAsync("kept");
        await CrashAsync(world);
        var packs = world.Names("packs/").ToList();
        var options = PruneWorld.AtOnce with { UnfinishedAfter = TimeSpan.FromDays(2) };

        var early = await world.PruneAsync(options);
        Assert.Equal((0, 0L), (early.LedgersProposedVoid, early.Condemned.Packs));
        Assert.Equal(packs, world.Names("packs/"));

        world.Time.Advance(TimeSpan.FromDays(3));
        // The store's times are those of another clock here: the ledger is as young as before.
        var late = await world.PruneAsync(options with { UnfinishedAfter = TimeSpan.Zero });
        Assert.Equal(1, late.LedgersVoided);
        Assert.True(late.Deleted.Packs > 0);
    }

    [Fact]
    public async Task A_host_that_was_frozen_before_its_snapshot_commits_with_another_ledger_INV_1()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles(files: 4);
        var isFrozen = false;
        var store = new HookedStore(world.Test.Store);
        store.Before = async (member, name) =>
        {
            if (member != StoreMember.Put || !name.StartsWith("snapshots/", StringComparison.Ordinal) || isFrozen)
                return;
            isFrozen = true;
            // Its ledger is given up, and what that named is deleted.
            var result = await world.PruneAsync();
            Assert.Equal(1, result.LedgersVoided);
            Assert.Equal(result.Before, result.Deleted);
        };
        var committed = (await world.BackupAsync(store)).Snapshot;
        Assert.True(isFrozen);
        await world.AssertRestoresAsync(committed, world.Capture());
        await world.PruneAsync();
        await world.AssertRestoresAsync(committed, world.Capture());
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task A_proposal_with_a_snapshot_by_now_is_not_made_final_INV_1()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles(files: 4);
        var (first, tree) = await world.ChangeAndBackupAsync("kept");
        await world.AnnounceAsync(writer => writer.ProposeVoidAsync([first.Ledger], default));

        var result = await world.PruneAsync();

        Assert.Equal((0, 0L), (result.LedgersVoided, result.Deleted.Packs));
        await world.AssertRestoresAsync(first, tree);
    }

    static async Task CrashAsync(BackupWorld world)
    {
        var store = new HookedStore(world.Test.Store)
        {
            Before = (member, name) => member == StoreMember.Put
                && name.StartsWith("snapshots/", StringComparison.Ordinal)
                ? throw new InvalidOperationException("crash")
                : Task.CompletedTask,
        };
        world.Source.File("lost", world.Random.Bytes(3_000_000));
        world.Wait();
        await Assert.ThrowsAsync<InvalidOperationException>(() => world.BackupAsync(store));
    }
}
