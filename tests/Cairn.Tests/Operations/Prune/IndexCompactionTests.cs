using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Operations.Check;
using Cairn.Engine.Operations.Prune;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Hosts;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Storage;
using Cairn.Testing.Repositories;
using Cairn.Testing.State;
using Cairn.Testing.Stores;
using Cairn.Tests.Operations.Backup;

namespace Cairn.Tests.Operations.Prune;

/// <summary>Many small index objects become few; nobody misses one, and nobody vouches for what another said.</summary>
public sealed class IndexCompactionTests
{
    const int Backups = 5;

    static readonly PruneOptions Compacts = PruneWorld.AtOnce with { IndexObjectsMin = Backups };

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Small_index_objects_are_put_into_one_from_so_many_on_INV_1()
    {
        await using var world = await BackupWorld.CreateAsync();
        var trees = await BackupAsync(world, Backups - 1);
        Assert.Equal((0, 0), Counts(await world.PruneAsync(Compacts)));
        Assert.Equal(Backups - 1, await CountAsync(world.Test));
        trees.AddRange(await BackupAsync(world, 1, from: Backups));

        var plan = await world.PruneAsync(Compacts with { IsDryRun = true });
        Assert.Equal((Backups, 1), (plan.IndexObjectsCompacted, plan.IndexObjectsWritten));
        Assert.Equal(Backups, await CountAsync(world.Test));
        Assert.Equal((Backups, Backups), Counts(await world.PruneAsync(Compacts)));
        Assert.Equal(1, await CountAsync(world.Test));
        Assert.Equal((0, 0), Counts(await world.PruneAsync(Compacts)));
        Assert.Equal(Backups, await world.AssertAllRestoreAsync([.. trees]));
        await world.AssertSoundAsync();

        // And larger ones of larger ones.
        trees.AddRange(await BackupAsync(world, Backups - 1, from: Backups + 1));
        Assert.Equal((Backups, Backups), Counts(await world.PruneAsync(Compacts)));
        Assert.Equal(1, await CountAsync(world.Test));
        Assert.Equal(2 * Backups - 1, await world.AssertAllRestoreAsync([.. trees]));
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task What_is_contained_stays_for_the_grace()
    {
        await using var world = await BackupWorld.CreateAsync();
        await BackupAsync(world, Backups);
        var options = Compacts with { Grace = TimeSpan.FromHours(24) };
        Assert.Equal((Backups, 0), Counts(await world.PruneAsync(options)));
        Assert.Equal(Backups + 1, await CountAsync(world.Test));
        world.Time.Advance(TimeSpan.FromHours(23));
        Assert.Equal((0, 0), Counts(await world.PruneAsync(options)));
        world.Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal((0, Backups), Counts(await world.PruneAsync(options)));
        Assert.Equal(1, await CountAsync(world.Test));
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task One_that_is_damaged_is_told_although_it_is_contained_INV_6()
    {
        await using var world = await BackupWorld.CreateAsync();
        await BackupAsync(world, Backups);
        var damaged = (await IndexObjectsAsync(world.Test)).First();
        var options = Compacts with { Grace = TimeSpan.FromHours(24) };
        Assert.Equal((Backups, 0), Counts(await world.PruneAsync(options)));
        var bytes = (await world.Test.ObjectsAsync())[damaged];
        bytes[^1] ^= 1;
        world.Test.Store.Plant(damaged, bytes);
        Assert.Contains(
            (await world.CheckAsync()).Findings,
            finding => finding.Object == damaged && finding.Severity != CheckSeverity.Note);
        world.Time.Advance(TimeSpan.FromHours(25));
        Assert.Equal((0, Backups), Counts(await world.PruneAsync(options)));
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task What_a_machine_knows_it_need_not_learn_again_but_from_the_one_new_object()
    {
        await using var world = await BackupWorld.CreateAsync();
        await BackupAsync(world, Backups);
        await world.PruneAsync(Compacts);
        // It was away, and finds none of the objects that it knows.
        var store = new FaultyStore(world.Test.Store, StoreFaults.None);
        Assert.Equal(0, (await world.BackupAsync(store, options: ReadsAll)).Statistics.BlobsStored);
        Assert.Equal(1, Fetches(store));
        store = new FaultyStore(world.Test.Store, StoreFaults.None);
        Assert.Equal(0, (await world.BackupAsync(store, options: ReadsAll)).Statistics.BlobsStored);
        Assert.Equal(0, Fetches(store));
    }

    [Fact]
    public async Task A_repository_that_has_lost_the_larger_object_is_another_than_the_one_it_knew_INV_7()
    {
        await using var world = await BackupWorld.CreateAsync();
        await BackupAsync(world, Backups);
        await world.PruneAsync(Compacts);
        await world.BackupAsync();
        var lost = (await IndexObjectsAsync(world.Test)).First();
        await world.Test.Store.DeleteAsync(new ObjectKey(lost), Token);
        Assert.True((await world.BackupAsync(options: ReadsAll)).Statistics.BlobsStored > 0);
    }

    [Fact]
    public async Task Who_put_objects_together_vouches_for_none_of_them_INV_5()
    {
        await using var world = await BackupWorld.CreateAsync();
        await BackupAsync(world, Backups);
        using var maintainer = await TestHost.JoinAsync(world.Test, "pruner", HostRole.Maintainer);
        using (var repository = await RepositoryOpener.OpenWithMaintainerAsync(
            world.Test.Store, maintainer.MaintainerCredential, world.Environment, Token))
            Assert.Equal((Backups, Backups), Counts(await PruneWorld.PruneAsync(repository, Compacts)));
        // Nothing is known but from the larger object, and nobody is trusted but the host itself.
        var own = ReadsAll with { Trust = AuthorTrust.Own };
        Assert.Equal(0, (await world.BackupAsync(state: new MemoryStateFolder(), options: own)).Statistics.BlobsStored);
        await maintainer.RevokeAsync();
        Assert.Equal(0, (await world.BackupAsync(state: new MemoryStateFolder(), options: own)).Statistics.BlobsStored);
    }

    [Fact]
    public async Task A_larger_object_that_cannot_be_read_keeps_those_it_should_contain()
    {
        await using var world = await BackupWorld.CreateAsync();
        await BackupAsync(world, Backups);
        var options = Compacts with { Grace = TimeSpan.FromHours(24) };
        await world.PruneAsync(options);
        var larger = (await IndexObjectsAsync(world.Test)).Last();
        var bytes = (await world.Test.ObjectsAsync())[larger];
        bytes[^1] ^= 1;
        world.Test.Store.Plant(larger, bytes);
        world.Time.Advance(TimeSpan.FromHours(25));
        var result = await world.PruneAsync(options);
        Assert.Equal(0, result.IndexObjectsDeleted);
        Assert.Contains(result.Notes, note => note.Contains(larger, StringComparison.Ordinal));
        // They are put into another, which gets its grace too.
        Assert.Equal(1, result.IndexObjectsWritten);
        world.Time.Advance(TimeSpan.FromHours(25));
        Assert.Equal(Backups, (await world.PruneAsync(options)).IndexObjectsDeleted);
    }

    /// <summary>S3 says 403 of what is not there to whoever may not list everything.</summary>
    [Fact]
    public async Task Who_is_refused_what_went_into_a_larger_object_since_it_was_listed_lists_again_INV_7()
    {
        await using var world = await BackupWorld.CreateAsync();
        await BackupAsync(world, Backups);
        HashSet<string> before = [.. await IndexObjectsAsync(world.Test)];
        var (isCompacted, refused) = (false, 0);
        var store = new HookedStore(world.Test.Store)
        {
            Before = async (member, name) =>
            {
                if (member != StoreMember.Get || !before.Contains(name))
                    return;
                // Right behind the listing.
                if (!isCompacted)
                {
                    isCompacted = true;
                    Assert.Equal((Backups, Backups), Counts(await world.PruneAsync(Compacts)));
                }
                refused++;
                throw new StoreException(StoreErrorKind.Refused, $"{name}: access denied", new ObjectKey(name));
            },
        };
        var result = await world.BackupAsync(store, options: ReadsAll, state: new MemoryStateFolder());
        Assert.True(refused > 0);
        Assert.Equal(0, result.Statistics.BlobsStored);
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task A_damaged_object_is_told_though_a_larger_one_contains_it_INV_6()
    {
        await using var world = await BackupWorld.CreateAsync();
        await BackupAsync(world, Backups);
        await world.PruneAsync(Compacts with { Grace = TimeSpan.FromHours(24) });
        var small = (await IndexObjectsAsync(world.Test)).First();
        var bytes = (await world.Test.ObjectsAsync())[small];
        bytes[^1] ^= 1;
        world.Test.Store.Plant(small, bytes);
        Assert.Contains(
            await Repair.RepairWorld.CheckAsync(world.Test),
            finding => finding.StartsWith(small, StringComparison.Ordinal));
    }

    static BackupOptions ReadsAll { get; } = BackupWorld.Options with { ReadsAll = true };

    static (int Compacted, int Deleted) Counts(PruneResult result) =>
        (result.IndexObjectsCompacted, result.IndexObjectsDeleted);

    static async Task<List<SortedDictionary<string, Expected>>> BackupAsync(
        BackupWorld world, int count, int from = 0)
    {
        var trees = new List<SortedDictionary<string, Expected>>();
        for (var i = from; i < from + count; i++)
        {
            world.Source.File($"file{i}", world.Random.Bytes(20_000));
            trees.Add((await world.ChangeAndBackupAsync()).Tree);
        }
        return trees;
    }

    static async Task<List<string>> IndexObjectsAsync(TestRepository test) =>
        [.. (await test.ObjectsAsync()).Keys.Where(name => name.StartsWith(ObjectNames.Index, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];

    static async Task<int> CountAsync(TestRepository test) => (await IndexObjectsAsync(test)).Count;

    static int Fetches(FaultyStore store) => store.Calls.Count(call =>
        call.Member == StoreMember.Get && call.Name.StartsWith(ObjectNames.Index, StringComparison.Ordinal));
}
