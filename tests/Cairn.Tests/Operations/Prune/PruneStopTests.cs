using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Writing;
using Cairn.Engine.Storage;
using Cairn.Testing.Repositories;
using Cairn.Tests.Operations.Backup;

namespace Cairn.Tests.Operations.Prune;

/// <summary>Where what is seen cannot be the whole truth, prune stops before it announces or deletes
/// anything.</summary>
public sealed class PruneStopTests
{
    [Fact]
    public async Task A_snapshot_without_its_ledger_stops_it()
    {
        await using var world = await PrepareAsync();
        await RemoveAsync(world, world.Names("ledgers/").Last());
        await AssertStopsAsync(world, "ledger");
    }

    [Fact]
    public async Task A_gap_among_ledgers_stops_it()
    {
        await using var world = await PrepareAsync();
        // The snapshot goes with its ledger, so that only the chain tells.
        await RemoveAsync(world, world.Names("ledgers/").Skip(1).First());
        await RemoveAsync(world, world.Names("snapshots/").Skip(1).First());
        await AssertStopsAsync(world, "the ledger before it");
    }

    [Fact]
    public async Task The_newest_ledger_is_missed_if_a_prune_saw_it()
    {
        await using var world = await PrepareAsync();
        await world.PruneAsync(PruneWorld.AtOnce with { Grace = TimeSpan.FromDays(1) });
        await RemoveAsync(world, world.Names("ledgers/").Last());
        await RemoveAsync(world, world.Names("snapshots/").Last());
        await AssertStopsAsync(world, "an earlier prune saw");
    }

    [Fact]
    public async Task A_damaged_ledger_stops_it()
    {
        await using var world = await PrepareAsync();
        var name = world.Names("ledgers/").Last();
        var bytes = (await world.Test.ObjectsAsync())[name];
        bytes[200] ^= 1;
        await RemoveAsync(world, name);
        world.Test.Store.Plant(name, bytes);
        await AssertStopsAsync(world, name);
    }

    [Fact]
    public async Task A_gap_among_retired_records_stops_it()
    {
        await using var world = await PrepareAsync();
        await world.PruneAsync(PruneWorld.AtOnce with { Grace = TimeSpan.FromDays(1) });
        var record = world.Names("retired/").First();
        await world.AnnounceAsync(writer => writer.CondemnAsync([ObjectWriter.HashOf("a pack"u8)], default));
        await RemoveAsync(world, record);
        await AssertStopsAsync(world, "is missing");
    }

    /// <summary>Else what was moved would look like what nothing needs.</summary>
    [Fact]
    public async Task A_record_of_moves_that_went_missing_behind_the_old_packs_stops_it()
    {
        await using var world = await PrepareAsync();
        var repack = PruneWorld.AtOnce with { MaxUnusedPercent = 0 };
        var result = await world.PruneAsync(repack);
        Assert.True(result.Repacked.Packs > 0 && result.Deleted.Packs > 0);
        await world.PruneAsync(repack);
        await RemoveAsync(world, world.Names("moves/").Last());
        await AssertStopsAsync(world, "no move says where its content is now");
    }

    [Fact]
    public async Task A_pack_that_a_snapshot_needs_and_that_is_lost_stops_it()
    {
        await using var world = await PrepareAsync();
        var before = world.Names("packs/").ToList();
        await world.ChangeAndBackupAsync("another");
        await RemoveAsync(world, world.Names("packs/").Except(before).First());
        await AssertStopsAsync(world, "a snapshot needs the pack");
    }

    /// <summary>Whoever wrote such a list, and whatever became of what was to stay.</summary>
    [Fact]
    public async Task A_deletion_list_with_the_last_copy_stops_it_INV_4()
    {
        await using var world = await PrepareAsync();
        var before = world.Names("packs/").ToList();
        await world.ChangeAndBackupAsync("another");
        using (var repository = await world.Test.OpenForReadingAsync())
        {
            var retired = new RetiredLog(repository.Store, repository.Keys, repository.Signers);
            await retired.LookAsync(repository, CancellationToken.None);
            var announcer = new RetiredAnnouncer(repository, retired, repository.RequireMaintainer());
            ObjectHash[] packs =
            [
                .. world.Names("packs/").Except(before).Select(name =>
                    ObjectNames.TryParsePack(new ObjectKey(name), out var pack) ? pack : default),
            ];
            await announcer.CondemnAsync(packs, CancellationToken.None);
            await announcer.AnnounceDeletionAsync(packs, CancellationToken.None);
        }
        await AssertStopsAsync(world, "about to be deleted");
    }

    [Fact]
    public async Task Junk_does_not_stop_it()
    {
        await using var world = await PrepareAsync();
        var junk = world.Random.Bytes(4096);
        "CAIRN"u8.CopyTo(junk);
        (junk[5], junk[6], junk[7], junk[8], junk[9], junk[10], junk[11]) = (1, 3, 1, 0, 0, 0, 0);
        var hash = ObjectWriter.HashOf(junk);
        var ulid = world.Names("ledgers/").First()[^91..^65];
        world.Test.Store.Plant($"ledgers/{world.Test.Init.Credential.HostName}/{ulid}-{hash}", junk);
        world.Test.Store.Plant($"{world.Names("ledgers/").First()[..41]}/{ulid}-{hash}", junk);
        world.Test.Store.Plant("packs/zz/none", junk);
        var result = await world.PruneAsync();
        Assert.True(result.Deleted.Packs > 0);
        Assert.Equal(3, result.Notes.Count);
    }

    static async Task<BackupWorld> PrepareAsync()
    {
        var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles(files: 2);
        var (first, _) = await world.ChangeAndBackupAsync("changing");
        for (var i = 0; i < 3; i++)
            await world.ChangeAndBackupAsync("changing");
        await world.ForgetAsync(first);
        return world;
    }

    static async Task AssertStopsAsync(BackupWorld world, string named)
    {
        var before = (await world.Test.ObjectsAsync()).Keys.ToList();
        var e = await Assert.ThrowsAsync<DamagedObjectException>(() => world.PruneAsync());
        Assert.Contains(named, e.Message, StringComparison.Ordinal);
        Assert.Equal(before, (await world.Test.ObjectsAsync()).Keys);
    }

    static Task RemoveAsync(BackupWorld world, string name) =>
        world.Test.Store.DeleteAsync(new ObjectKey(name), CancellationToken.None);
}
