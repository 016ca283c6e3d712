using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Prune;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Hosts;
using Cairn.Engine.Storage;
using Cairn.Testing.Repositories;
using Cairn.Testing.Stores;
using Cairn.Tests.Operations.Backup;

namespace Cairn.Tests.Operations.Prune;

public sealed class PruneTests
{
    [Fact]
    public async Task What_snapshots_need_stays_INV_1_INV_4()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles();
        await world.BackupAsync();
        var packs = world.Names("packs/").ToList();

        var result = await world.PruneAsync();

        Assert.Equal(packs, world.Names("packs/"));
        Assert.Equal((0, 0), (result.Condemned.Packs, result.Deleted.Packs));
        Assert.Equal(packs.Count, result.Before.Packs);
        Assert.Equal(1, await world.AssertAllRestoreAsync(world.Capture()));
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task What_only_forgotten_snapshots_needed_goes_INV_1_INV_4()
    {
        await using var world = await BackupWorld.CreateAsync();
        // Few others, which could share every pack of what changes.
        world.AddSomeFiles(files: 2);
        var (first, _) = await world.ChangeAndBackupAsync("changing");
        var (second, tree) = await world.ChangeAndBackupAsync("changing");
        var before = world.Names("packs/").Count();
        await world.ForgetAsync(first);

        var result = await world.PruneAsync();

        Assert.True(result.Deleted.Packs > 0);
        Assert.Equal(before - result.Deleted.Packs, world.Names("packs/").Count());
        Assert.Equal(1, result.SnapshotsRemoved);
        Assert.Single(world.Names("snapshots/"));
        Assert.Single(world.Names("ledgers/"));
        await world.AssertRestoresAsync(second, tree);
        await world.AssertSoundAsync();
        // What is not there any more is no reason to stop, for who prunes next or backs up.
        Assert.Equal(0, (await world.PruneAsync()).Deleted.Packs);
        var (third, newTree) = await world.ChangeAndBackupAsync("changing");
        await world.AssertRestoresAsync(third, newTree);
    }

    [Fact]
    public async Task The_grace_is_waited_for_and_another_run_goes_on()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles(files: 4);
        var (first, _) = await world.ChangeAndBackupAsync("changing");
        var (_, tree) = await world.ChangeAndBackupAsync("changing");
        await world.ForgetAsync(first);
        var options = PruneWorld.AtOnce with { Grace = TimeSpan.FromHours(24) };
        var packs = world.Names("packs/").ToList();

        var announced = await world.PruneAsync(options);
        Assert.True(announced.Condemned.Packs > 0);
        Assert.Equal(packs, world.Names("packs/"));

        world.Time.Advance(TimeSpan.FromHours(23));
        var early = await world.PruneAsync(options);
        Assert.Equal((0, announced.Condemned.Packs), (early.Deleted.Packs, early.Waiting.Packs));
        Assert.Equal(world.Time.GetUtcNow().AddHours(1), early.WaitingUntil!.Value, TimeSpan.FromMinutes(5));

        world.Time.Advance(TimeSpan.FromHours(2));
        var late = await world.PruneAsync(options);
        Assert.Equal(announced.Condemned, late.Deleted);
        Assert.Equal(1, await world.AssertAllRestoreAsync(tree));
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task A_condemned_pack_that_a_ledger_needs_stays_INV_4()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles(files: 4);
        await world.BackupAsync();
        var packs = world.Names("packs/").ToList();
        await world.AnnounceAsync(writer => writer.CondemnAsync(packs.Select(PruneWorld.PackOf), default));

        var result = await world.PruneAsync();

        Assert.Equal((packs.Count, 0), (result.Spared.Packs, result.Deleted.Packs));
        Assert.Equal(1, await world.AssertAllRestoreAsync(world.Capture()));
    }

    [Fact]
    public async Task A_deletion_list_is_carried_out_by_whoever_finds_it()
    {
        await using var world = await PruneWorld.CreateWithForgottenAsync();
        var store = new HookedStore(world.Test.Store)
        {
            Before = (member, name) => member == StoreMember.Delete
                && name.StartsWith("packs/", StringComparison.Ordinal)
                ? throw new StoreException(StoreErrorKind.Refused, $"{name}: refused")
                : Task.CompletedTask,
        };
        await Assert.ThrowsAsync<StoreException>(() => world.PruneAsync(store: store));
        var deleted = (await world.ReadRetiredAsync()).Deleted;
        Assert.NotEmpty(deleted);

        Assert.Equal(deleted.Count, (await world.PruneAsync()).Deleted.Packs);
    }

    [Fact]
    public async Task What_the_store_protects_is_left_for_later_and_told()
    {
        await using var world = await PruneWorld.CreateWithForgottenAsync();
        var store = new HookedStore(world.Test.Store)
        {
            Before = (member, name) => member == StoreMember.Delete
                ? throw new StoreException(StoreErrorKind.Protected, $"{name}: protected")
                : Task.CompletedTask,
        };
        var result = await world.PruneAsync(store: store);
        Assert.Equal(0, result.Deleted.Packs);
        Assert.True(result.Protected.Packs > 0);
        Assert.Equal(result.Protected.Packs, (await world.PruneAsync()).Deleted.Packs);
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task A_dry_run_changes_nothing_and_says_what_would_be_done()
    {
        await using var world = await PruneWorld.CreateWithForgottenAsync();
        var before = (await world.Test.ObjectsAsync()).Keys.ToList();

        var plan = await world.PruneAsync(PruneWorld.AtOnce with { IsDryRun = true });

        Assert.Equal(before, (await world.Test.ObjectsAsync()).Keys);
        Assert.True(plan.Condemned is { Packs: > 0, Bytes: > 0 } && plan.Requests > 0);
        Assert.Equal(plan.Condemned, (await world.PruneAsync()).Deleted);
    }

    [Fact]
    public async Task A_maintainer_prunes_with_the_index_key_only()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles(files: 4);
        var (first, _) = await world.ChangeAndBackupAsync("changing");
        var (second, tree) = await world.ChangeAndBackupAsync("changing");
        await world.ForgetAsync(first);
        using var machine = await TestHost.JoinAsync(world.Test, "maintainer", HostRole.Maintainer);
        using (var maintainer = await RepositoryOpener.OpenWithMaintainerAsync(
            world.Test.Store, machine.MaintainerCredential, world.Environment, TestContext.Current.CancellationToken))
            Assert.True((await PruneWorld.PruneAsync(maintainer)).Deleted.Packs > 0);
        await world.AssertRestoresAsync(second, tree);
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task A_host_cannot_prune_INV_5()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles(files: 1);
        await world.BackupAsync();
        using var host = await world.Test.OpenAsHostAsync();
        await Assert.ThrowsAsync<WrongKeyException>(() => PruneWorld.PruneAsync(host));
    }
}
