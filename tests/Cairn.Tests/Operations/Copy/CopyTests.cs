using Cairn.Engine.Chunking;
using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Operations.Copy;
using Cairn.Engine.Operations.Forget;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;
using Cairn.Testing.Repositories;
using Cairn.Testing.State;
using Cairn.Testing.Stores;
using Cairn.Tests.Operations.Backup;

namespace Cairn.Tests.Operations.Copy;

public sealed class CopyTests
{
    [Theory]
    [InlineData(16_384, 8192, 65_536)]
    [InlineData(1, 1, 1)]
    [InlineData(7, 3, 5)]
    public async Task A_copy_restores_byte_identically_whatever_fits_into_memory_INV_1_INV_8(
        int steps, int blobs, int pairs)
    {
        await using var world = await CopyWorld.CreateAsync();
        var trees = await world.BackupTwiceAsync();
        var result = await world.CopyAsync(
            CopyWorld.Options with { Limits = new CopyLimits(steps, blobs, pairs) });
        Assert.Equal(2, result.Count(CopyOutcome.Copied));
        Assert.True(result.SawPacks);
        await world.AssertCopiedAsync(trees);
    }

    [Fact]
    public async Task Other_chunker_parameters_of_the_target_leave_chunks_as_they_are()
    {
        await using var world = await CopyWorld.CreateAsync(ChunkerParameters.TryCreate(4096, 32_768, 131_072));
        var trees = await world.BackupTwiceAsync();
        await world.CopyAsync();
        await world.AssertCopiedAsync(trees);
    }

    [Fact]
    public async Task What_was_copied_is_neither_read_nor_stored_again()
    {
        await using var world = await CopyWorld.CreateAsync();
        await world.BackupTwiceAsync();
        await world.CopyAsync();
        var before = await world.Target.Test.ObjectsAsync();
        var again = await world.CopyAsync();
        Assert.Equal(2, again.Count(CopyOutcome.AlreadyThere));
        Assert.Equal((0, 0), (again.BlobsRead, again.BlobsStored));
        Assert.Equal(before.Keys, (await world.Target.Test.ObjectsAsync()).Keys);

        world.Source.Source.File("one more", world.Source.Random.Bytes(500));
        world.Source.Wait();
        await world.Source.BackupAsync();
        var third = await world.CopyAsync();
        Assert.Equal((1, 500L), (third.BlobsRead, third.BytesRead));
        Assert.Equal(1, third.Count(CopyOutcome.Copied));
    }

    [Fact]
    public async Task Losing_local_state_costs_reading_and_stores_nothing_twice_INV_7()
    {
        await using var world = await CopyWorld.CreateAsync();
        var trees = await world.BackupTwiceAsync();
        await world.CopyAsync(filter: snapshot => snapshot.Parent is null);
        world.Target.State = new MemoryStateFolder();
        var result = await world.CopyAsync();
        Assert.Equal((1, 1), (result.Count(CopyOutcome.AlreadyThere), result.Count(CopyOutcome.Copied)));
        Assert.True(result.BlobsRead > result.BlobsStored);
        Assert.True(result.BytesStoredPlain < 200_000, $"{result.BytesStoredPlain} bytes were stored again");
        await world.AssertCopiedAsync(trees);
    }

    [Fact]
    public async Task A_content_that_the_target_has_already_is_not_stored_again()
    {
        await using var world = await CopyWorld.CreateAsync();
        var content = world.Source.Random.Bytes(900);
        world.Source.Source.File("here", content);
        world.Target.Source.File("there", content);
        world.Source.Wait();
        world.Target.Wait();
        await world.Source.BackupAsync();
        await world.Target.BackupAsync();
        var result = await world.CopyAsync();
        // The manifest alone is new.
        Assert.Equal((1, 1), (result.BlobsRead, result.BlobsStored));
    }

    [Fact]
    public async Task A_dry_run_says_what_is_missing_and_reads_and_stores_nothing()
    {
        await using var world = await CopyWorld.CreateAsync();
        await world.BackupTwiceAsync();
        var before = await world.Target.Test.ObjectsAsync();
        var plan = await world.CopyAsync(CopyWorld.Options with { IsDryRun = true });
        Assert.Equal(before.Keys, (await world.Target.Test.ObjectsAsync()).Keys);
        var done = await world.CopyAsync();
        Assert.Equal((2, 2), (plan.Count(CopyOutcome.Copied), done.Count(CopyOutcome.Copied)));
        Assert.Equal((done.BlobsRead, done.BytesRead), (plan.BlobsRead, plan.BytesRead));
    }

    [Fact]
    public async Task What_cannot_be_read_is_named_and_only_its_snapshot_is_not_copied_INV_6()
    {
        await using var world = await CopyWorld.CreateAsync();
        var trees = await world.BackupTwiceAsync();
        var first = (await CopyWorld.SnapshotsAsync(world.Source))[0];
        var packs = world.Source.Names("packs/").ToHashSet();
        world.Source.Source.File("doomed", world.Source.Random.Bytes(800));
        world.Source.Wait();
        await world.Source.BackupAsync();
        foreach (var pack in world.Source.Names("packs/").Except(packs).ToList())
        {
            using var repository = await world.Source.Test.OpenForReadingAsync();
            if (await IsDataPackAsync(world.Source, pack))
                await world.Source.Test.Store.DeleteAsync(new ObjectKey(pack), TestContext.Current.CancellationToken);
        }
        var result = await world.CopyAsync();
        Assert.Equal((2, 1), (result.Count(CopyOutcome.Copied), result.Count(CopyOutcome.Damaged)));
        var damaged = result.Snapshots.Single(snapshot => snapshot.Outcome == CopyOutcome.Damaged);
        Assert.Contains("/doomed", Assert.Single(damaged.Problems), StringComparison.Ordinal);
        Assert.Equal(first.Name, result.Snapshots[0].Source.Name);
        await world.AssertCopiedAsync(trees);
    }

    [Fact]
    public async Task A_pack_that_is_gone_from_the_target_is_not_relied_upon()
    {
        await using var world = await CopyWorld.CreateAsync();
        var trees = await world.BackupTwiceAsync();
        await world.CopyAsync(filter: snapshot => snapshot.Parent is null);
        foreach (var pack in world.Target.Names("packs/").ToList())
            await world.Target.Test.Store.DeleteAsync(new ObjectKey(pack), TestContext.Current.CancellationToken);
        await world.CopyAsync();
        var copies = await CopyWorld.SnapshotsAsync(world.Target);
        await world.Target.AssertRestoresAsync(copies[1].Name, trees[1]);
    }

    [Fact]
    public async Task What_is_condemned_while_it_is_relied_upon_is_stored_again_H2()
    {
        await using var world = await CopyWorld.CreateAsync();
        var trees = await world.BackupTwiceAsync();
        await world.CopyAsync(filter: snapshot => snapshot.Parent is null);
        using var admin = await world.Target.Test.OpenForReadingAsync();
        var maintainer = new ScriptedMaintainer(world.Target.Test, admin);
        var packs = world.Target.Names("packs/").Select(name =>
        {
            Assert.True(ObjectNames.TryParsePack(new ObjectKey(name), out var pack));
            return pack;
        }).ToArray();
        var store = new HookedStore(world.Target.Test.Store);
        var isCondemned = false;
        store.Before = async (member, name) =>
        {
            if (member != StoreMember.Put || !name.StartsWith("ledgers/", StringComparison.Ordinal) || isCondemned)
                return;
            isCondemned = true;
            await maintainer.CondemnAsync(packs);
        };
        await world.CopyAsync(store: store);
        Assert.True(isCondemned);
        await maintainer.DeleteAsync(packs);
        var copies = await CopyWorld.SnapshotsAsync(world.Target);
        await world.Target.AssertRestoresAsync(copies[^1].Name, trees[1]);
    }

    [Fact]
    public async Task The_order_of_writes_is_that_of_a_backup_and_nothing_is_deleted_INV_2()
    {
        await using var world = await CopyWorld.CreateAsync();
        await world.BackupTwiceAsync();
        var store = new HookedStore(world.Target.Test.Store);
        var source = new HookedStore(world.Source.Test.Store);
        await world.CopyAsync(store: store, sourceStore: source);
        var kinds = store.Puts.Select(name => name.Split('/')[0]).ToList();
        Assert.True(kinds.IndexOf("ledgers") > kinds.IndexOf("index"));
        Assert.True(kinds.IndexOf("snapshots") > kinds.IndexOf("ledgers"));
        Assert.DoesNotContain(store.Events, e => e.Member == StoreMember.Delete);
        Assert.All(
            source.Events, e => Assert.True(e.Member is StoreMember.Get or StoreMember.List or StoreMember.Stat));
    }

    [Fact]
    public async Task What_the_target_forgot_comes_back_only_for_who_asks_for_it()
    {
        await using var world = await CopyWorld.CreateAsync();
        await world.BackupTwiceAsync();
        await world.CopyAsync();
        using (var admin = await world.Target.Test.OpenForReadingAsync())
            await ForgetOperation.ForgetAsync(
                admin, [.. (await CopyWorld.SnapshotsAsync(world.Target)).Take(1)],
                TestContext.Current.CancellationToken);
        var again = await world.CopyAsync();
        Assert.Equal((1, 1), (again.Count(CopyOutcome.Forgotten), again.Count(CopyOutcome.AlreadyThere)));
        var asked = await world.CopyAsync(CopyWorld.Options with { CopiesForgotten = true });
        Assert.Equal(1, asked.Count(CopyOutcome.Copied));
    }

    [Fact]
    public async Task A_credential_that_may_only_add_goes_by_its_memory()
    {
        await using var world = await CopyWorld.CreateAsync();
        var trees = await world.BackupTwiceAsync();
        var store = new HookedStore(world.Target.Test.Store)
        {
            Before = (member, name) => member == StoreMember.List && name is "packs/" or "snapshots/"
                ? throw new StoreException(StoreErrorKind.Refused, $"{name}: refused", key: null)
                : Task.CompletedTask,
        };
        var first = await world.CopyAsync(store: store);
        Assert.Equal(2, first.Count(CopyOutcome.Copied));
        Assert.False(first.SawPacks);
        Assert.Equal(2, (await world.CopyAsync(store: store)).Count(CopyOutcome.AlreadyThere));
        await world.AssertCopiedAsync(trees);
    }

    static async Task<bool> IsDataPackAsync(BackupWorld world, string name)
    {
        using var bytes = await world.Test.Store.GetAsync(new ObjectKey(name), ByteRange.Whole, 1 << 28, default);
        return bytes.Span[ObjectHeader.Size] == 1;
    }
}
