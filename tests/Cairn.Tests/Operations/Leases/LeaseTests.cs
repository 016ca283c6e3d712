using System.Text;
using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Leases;
using Cairn.Engine.Operations.Prune;
using Cairn.Engine.Storage;
using Cairn.Engine.Storage.Decorators;
using Cairn.Testing.Simulated.Buckets;
using Cairn.Testing.Simulated.Stores;
using Cairn.Testing.State;
using Cairn.Testing.Stores;
using Cairn.Testing.Time;

namespace Cairn.Tests.Operations.Leases;

public class LeaseTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_object_is_locked_in_the_request_that_stores_it_for_the_days_and_the_slack()
    {
        await using var world = await MakeAsync();
        Assert.All(world.Bucket.Versions(), version => Assert.Equal(
            new Retention(LockMode.Compliance, version.Retention!.RetainUntil), version.Retention));
        Assert.All(world.Bucket.Versions(), version => Assert.InRange(
            version.Retention!.RetainUntil, version.LastModified.AddDays(40), version.LastModified.AddDays(40.001)));
        Assert.Equal(0, world.Bucket.Log.Count("PutObjectRetention"));
    }

    [Fact]
    public async Task By_the_buckets_own_retention_objects_are_locked_though_the_host_may_not()
    {
        await using var world = await MakeAsync(BucketOptions.Locked with
        {
            DefaultRetention = new DefaultRetention(LockMode.Compliance, 40),
        });
        Assert.All(world.Bucket.Versions(), version => Assert.NotNull(version.Retention));
    }

    [Fact]
    public async Task A_store_without_locks_takes_nothing_of_a_repository_whose_objects_are_to_be_locked()
    {
        await using var world = await MakeAsync();
        world.Time.Advance(TimeSpan.FromDays(1));
        var copy = new MemoryStore(world.Time);
        foreach (var version in world.Bucket.Versions())
            copy.Plant(version.Key, version.Content);
        using var repository = await Cairn.Engine.Repositories.RepositoryOpener.OpenWithCredentialAsync(
            copy, world.Init.Credential, world.Environment, Token);
        var refusal = await Assert.ThrowsAsync<StoreException>(() => repository.Store.PutAsync(
            new ObjectKey("index/x"), [new byte[] { 1 }], PutOptions.Hot, Token));
        Assert.Equal(StoreErrorKind.Refused, refusal.Kind);
    }

    [Fact]
    public async Task A_lost_memory_costs_one_question_for_each_object_and_no_renewal()
    {
        await using var world = await MakeAsync();
        Assert.Equal(0, (await world.LeaseAsync()).Due);
        // The run before told the hosts, in a record of its own.
        Assert.Equal(1, (await world.LeaseAsync()).LockReads);
        world.MaintainerState = new MemoryStateFolder();
        var result = await world.LeaseAsync();
        Assert.Equal(result.Needed, result.LockReads);
        Assert.Equal(0, world.Bucket.Log.Count("PutObjectRetention"));
    }

    [Fact]
    public async Task Status_changes_nothing()
    {
        await using var world = await MakeAsync();
        world.Time.Advance(TimeSpan.FromDays(20));
        var before = world.Bucket.Versions();
        var result = await world.LeaseAsync(new LeaseOptions { IsDryRun = true });
        Assert.Equal(result.Needed, result.Due);
        Assert.Equal(0, result.Renewed);
        Assert.Equal(before, world.Bucket.Versions());
        Assert.All(result.Snapshots, lease => Assert.InRange(
            lease.Until!.Value, world.Bucket.Now.AddDays(19.9), world.Bucket.Now.AddDays(20)));
    }

    [Fact]
    public async Task In_wild_weather_every_lock_is_renewed_all_the_same()
    {
        await using var world = await MakeAsync();
        world.Time.Advance(TimeSpan.FromDays(11));
        var weather = new SimulatedStore(
            world.Bucket, CairnRoles.Maintainer(world.LockDays),
            FaultPlan.Random(3, FaultRates.Wild with { LatencyMin = default, LatencyMax = default, TimedOut = 0 }));
        await using var store = new RetryingStore(
            weather, new RetryOptions { AttemptsMax = 200, Patience = TimeSpan.FromDays(1) }, new EagerTime(),
            () => 0.5);
        var result = await world.LeaseAsync(store: store);
        Assert.Empty(result.Failures);
        Assert.Equal(result.Due, result.Renewed);
        Assert.Empty((await LiveObjects.FindAsync(world)).FindLacking(world));
        Assert.Equal(0, (await world.LeaseAsync()).Due);
    }

    [Fact]
    public async Task Markers_and_junk_on_top_keep_nothing_from_being_renewed_and_get_nothing()
    {
        await using var world = await MakeAsync();
        var good = world.Bucket.Versions();
        foreach (var version in good.Where(version => version.Key != "cairn.json"))
        {
            world.Bucket.Delete(Caller.Owner, version.Key);
            world.Bucket.Put(Caller.Owner, new PutRequest(version.Key, Encoding.ASCII.GetBytes("junk")));
        }
        world.Time.Advance(TimeSpan.FromDays(11));
        var result = await world.LeaseAsync();
        Assert.Empty(result.Gaps);
        Assert.Equal(result.Due, result.Renewed);
        Assert.Equal(good.Count - 1, result.Replaced);
        foreach (var version in world.Bucket.Versions().Where(version => !version.IsDeleteMarker))
        {
            var isGood = good.Any(other => other.VersionId == version.VersionId);
            var isOurs = version.Writer == "maintainer";
            Assert.Equal(isGood || isOurs, version.Retention?.RetainUntil > world.Bucket.Now.AddDays(39));
        }
    }

    [Fact]
    public async Task Where_something_is_missing_all_that_is_not_condemned_is_kept_and_nothing_condemned()
    {
        await using var world = await MakeAsync();
        await world.ForgetAsync(keep: 1);
        var ledger = world.Bucket.Versions().Last(version => version.Key.StartsWith("ledgers/"));
        world.Bucket.Lose(ledger.Key, ledger.VersionId);
        world.Time.Advance(TimeSpan.FromDays(11));
        var result = await world.LeaseAsync();
        Assert.NotEmpty(result.Gaps);
        Assert.Equal(0, result.Condemned.Packs);
        Assert.All(
            world.Bucket.Versions().Where(version => version.Key.StartsWith("packs/")),
            version => Assert.True(version.Retention!.RetainUntil > world.Bucket.Now.AddDays(39)));
    }

    [Fact]
    public async Task Where_a_pack_is_lost_the_locks_of_all_others_are_renewed_all_the_same()
    {
        await using var world = await MakeAsync();
        var pack = world.Bucket.Versions().First(version => version.Key.StartsWith("packs/"));
        world.Bucket.Lose(pack.Key, pack.VersionId);
        world.Time.Advance(TimeSpan.FromDays(11));
        var result = await world.LeaseAsync();
        Assert.Contains(pack.Key.Split('/')[^1][..32], Assert.Single(result.Gaps));
        Assert.Equal(result.Due, result.Renewed);
        Assert.All(
            world.Bucket.Versions(),
            version => Assert.True(version.Retention!.RetainUntil > world.Bucket.Now.AddDays(39)));
    }

    [Fact]
    public async Task A_lock_that_cannot_be_renewed_is_told_and_costs_no_other_its_own()
    {
        await using var world = await MakeAsync();
        world.Time.Advance(TimeSpan.FromDays(11));
        var pack = world.Bucket.Versions().First(version => version.Key.StartsWith("packs/")).Key;
        var store = new SimulatedStore(
            world.Bucket, CairnRoles.Maintainer(world.LockDays),
            FaultPlan.When(call => call.Member == StoreMember.Put && call.Name == pack, SimulatedFault.Refused));
        var result = await world.LeaseAsync(store: store);
        Assert.Contains(pack, Assert.Single(result.Failures));
        Assert.Equal(result.Due - 1, result.Renewed);
        Assert.True(result.Snapshots.Min(lease => lease.Until) < world.Bucket.Now.AddDays(30));
    }

    [Fact]
    public async Task A_backup_that_relies_on_what_lapses_between_the_looks_has_it_renewed_or_stores_it_anew()
    {
        for (var call = 1; ; call++)
        {
            await using var world = await MakeAsync();
            // The first state's pack is needed by nothing, and about to lapse.
            var content = world.Source.Nodes["file"].Content;
            world.Source.File("file", world.Random.Bytes(50_000));
            world.Source.File("stays", world.Random.Bytes(20_000));
            world.Time.Advance(TimeSpan.FromMinutes(5));
            await world.BackupAsync();
            await world.ForgetAsync(keep: 1);
            world.Time.Advance(TimeSpan.FromDays(10.5));
            world.Source.File("file", content);
            world.Time.Advance(TimeSpan.FromMinutes(5));
            var store = world.MaintainerStore();
            var number = call;
            store.BeforeCall = before => before.Number == number ? world.BackupAsync() : Task.CompletedTask;
            await world.LeaseAsync(store: store);
            var isOver = store.Calls < call;
            var live = await LiveObjects.FindAsync(world);
            // Whatever it relies on has at least the minimum left, as behind every run.
            world.Time.Advance(world.Policy.Minimum - TimeSpan.FromMinutes(1));
            Assert.Empty(live.FindLacking(world));
            if (isOver)
                break;
        }
    }

    [Fact]
    public async Task A_run_that_stands_still_for_days_promises_no_more_than_what_was_stored_meanwhile_has()
    {
        for (var call = 1; ; call++)
        {
            await using var world = await MakeAsync();
            world.Time.Advance(TimeSpan.FromDays(11));
            var store = world.MaintainerStore();
            var number = call;
            store.BeforeCall = async before =>
            {
                if (before.Number != number)
                    return;
                world.Source.File("another", world.Random.Bytes(20_000));
                world.Time.Advance(TimeSpan.FromMinutes(5));
                await world.BackupAsync();
                world.Time.Advance(TimeSpan.FromDays(6));
            };
            await world.LeaseAsync(store: store);
            if (store.Calls < call)
                break;
            using var repository = await Cairn.Engine.Repositories.RepositoryOpener.OpenWithMaintainerAsync(
                world.MaintainerStore(), world.Maintainer, world.Environment, Token);
            var retired = new Cairn.Engine.Repositories.RetiredLog(
                repository.Store, repository.Keys, repository.Signers);
            await retired.LookAsync(repository, Token);
            if (retired.LockBound is { } bound)
                Assert.All(
                    world.Bucket.Versions().Where(version => version.Key.StartsWith("packs/")),
                    version => Assert.True(version.Retention!.RetainUntil >= bound, $"call {number}: {version.Key}"));
        }
    }

    [Fact]
    public async Task If_nobody_renews_for_long_a_host_relies_on_nothing_that_was_there()
    {
        await using var world = await MakeAsync();
        world.Time.Advance(TimeSpan.FromDays(32));
        Assert.False((await world.BackupAsync()).LocksLapse);
        world.Time.Advance(TimeSpan.FromDays(1));
        var anew = await world.BackupAsync();
        Assert.True(anew.LocksLapse);
        Assert.True(anew.Statistics.PacksStored > 0);
        await world.LeaseAsync();
        Assert.False((await world.BackupAsync()).LocksLapse);
    }

    [Fact]
    public async Task Prune_tries_no_deletion_that_a_lock_refuses_and_says_when_it_may()
    {
        await using var world = await MakeAsync();
        world.Source.File("file", world.Random.Bytes(50_000));
        world.Time.Advance(TimeSpan.FromMinutes(5));
        await world.BackupAsync();
        await world.ForgetAsync(keep: 1);
        var options = new PruneOptions
        {
            Grace = TimeSpan.Zero, UnfinishedAfter = TimeSpan.Zero, MaxUnusedPercent = 100,
        };
        var first = await world.PruneAsync(options);
        Assert.Equal(0, first.Deleted.Packs);
        Assert.True(first.Locked.Packs > 0);
        Assert.InRange(
            first.ReclaimableOn!.Value, world.Bucket.Now.AddDays(39.9), world.Bucket.Now.AddDays(40));
        Assert.Equal(0, world.Bucket.Log.Count("DeleteObject"));
        Assert.Equal(first.Locked, (await world.PruneAsync(options with { IsDryRun = true })).Locked);
        world.Time.Advance(TimeSpan.FromDays(41));
        var second = await world.PruneAsync(options);
        Assert.Equal(first.Locked.Packs, second.Deleted.Packs);
        Assert.Equal(0, second.Locked.Packs);
    }

    /// <summary>With one snapshot.</summary>
    static async Task<LeaseWorld> MakeAsync(BucketOptions? options = null)
    {
        var world = await LeaseWorld.CreateAsync(bucket: options);
        world.Source.File("file", world.Random.Bytes(50_000));
        world.Source.File("stays", world.Random.Bytes(20_000));
        world.Time.Advance(TimeSpan.FromMinutes(5));
        await world.BackupAsync();
        return world;
    }
}
