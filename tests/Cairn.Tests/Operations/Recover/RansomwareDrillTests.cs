using System.Security.Cryptography;
using System.Text;
using Cairn.Engine.Formats;
using Cairn.Engine.Operations;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Operations.Prune;
using Cairn.Engine.Operations.Recover;
using Cairn.Engine.Operations.Restore;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Storage;
using Cairn.Engine.Storage.Decorators;
using Cairn.Testing;
using Cairn.Testing.Simulated.Buckets;
using Cairn.Testing.Simulated.Stores;
using Cairn.Testing.State;
using Cairn.Testing.Time;
using Cairn.Testing.Trees;
using Cairn.Tests.Operations.Leases;

namespace Cairn.Tests.Operations.Recover;

/// <summary>
/// Somebody has stolen keys that may do whatever can be granted; only locks stand against him. Afterwards everything
/// that was stored before is restored, byte by byte.
/// </summary>
public class RansomwareDrillTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task After_everything_that_a_thief_may_do_every_good_snapshot_restores_byte_identically(ulong seed)
    {
        await using var world = await LeaseWorld.CreateAsync(seed: seed);
        var trees = await FillAsync(world);
        // What a prune removed is to stay so.
        await world.ForgetAsync(keep: 3);
        trees.RemoveAt(0);
        world.Time.Advance(TimeSpan.FromDays(41));
        var pruned = await world.PruneAsync(new PruneOptions
        {
            Grace = TimeSpan.Zero, UnfinishedAfter = TimeSpan.Zero, MaxUnusedPercent = 100,
        });
        Assert.True(pruned.Deleted.Packs > 0);
        await world.LeaseAsync();
        var before = Visible(world);
        var now = world.Bucket.Now;
        var locked = world.Bucket.Versions().Where(version => version.Retention?.IsActive(now) == true)
            .Select(version => version.VersionId).ToHashSet();

        var random = new SeededRandom(seed);
        await PlantAsync(world, days: -4000);
        await PlantAsync(world, days: 4000);
        Attack(world, random);
        PlantUnsigned(world);
        // All that was locked is there, below.
        Assert.Superset(locked, world.Bucket.Versions().Select(version => version.VersionId).ToHashSet());
        Assert.NotEqual(before, Visible(world));

        var (plan, result) = await RecoverAsync(world, new SimulatedStore(world.Bucket));
        Assert.Empty(result.Failures);
        Assert.Equal(plan.Items.Count, result.Recovered);
        Assert.Equal(2, plan.Findings.Count(finding => finding.Kind == RecoverFindingKind.Time));
        Assert.Contains(plan.Findings, finding => finding.Kind == RecoverFindingKind.Unsigned);
        Assert.Contains(plan.Findings, finding => finding.Kind == RecoverFindingKind.Foreign);
        var after = Visible(world);
        foreach (var (key, hash) in before)
            Assert.Equal(hash, after[key]);
        var restored = await RestoreAllAsync(world);
        foreach (var tree in trees)
            Assert.Contains(restored, tree.SequenceEqual);
        // Nothing is left to do, and no version with data was removed.
        Assert.Superset(locked, world.Bucket.Versions().Select(version => version.VersionId).ToHashSet());
        Assert.Empty((await PlanAsync(world, new SimulatedStore(world.Bucket))).Plan.Items);
        Assert.Empty((await LiveObjects.FindAsync(world)).FindLacking(world));
    }

    [Fact]
    public async Task Who_may_remove_no_marker_stores_the_good_version_once_more()
    {
        await using var world = await LeaseWorld.CreateAsync();
        var trees = await FillAsync(world);
        foreach (var version in world.Bucket.Versions())
            world.Bucket.Delete(Caller.Owner, version.Key);
        var (plan, result) = await RecoverAsync(world, world.MaintainerStore());
        Assert.Empty(result.Failures);
        Assert.Equal(0, result.MarkersRemoved);
        Assert.Equal(plan.Items.Count, result.StoredAgain);
        Assert.Equal(trees, await RestoreAllAsync(world));
        Assert.All(world.Bucket.Versions().Where(version => !version.IsDeleteMarker),
            version => Assert.NotNull(version.Retention));
    }

    [Fact]
    public async Task Who_may_not_overwrite_is_told_and_nothing_is_called_recovered()
    {
        await using var world = await LeaseWorld.CreateAsync();
        await FillAsync(world);
        var pack = world.Bucket.Versions().First(version => version.Key.StartsWith("packs/"));
        world.Bucket.Put(Caller.Owner, new PutRequest(pack.Key, "junk"u8.ToArray()));
        var (plan, result) = await RecoverAsync(world, world.MaintainerStore());
        Assert.True(Assert.Single(plan.Items).IsOverwritten);
        Assert.Equal(0, result.Recovered);
        Assert.Contains(pack.Key, Assert.Single(result.Failures));
    }

    [Fact]
    public async Task A_plan_changes_nothing_and_an_untouched_repository_has_none()
    {
        await using var world = await LeaseWorld.CreateAsync();
        await FillAsync(world);
        var (plan, _) = await PlanAsync(world, new SimulatedStore(world.Bucket));
        Assert.Empty(plan.Items);
        Assert.Empty(plan.Findings);
        world.Bucket.Delete(Caller.Owner, "cairn.json");
        var before = world.Bucket.Versions();
        (plan, _) = await PlanAsync(world, new SimulatedStore(world.Bucket));
        Assert.Equal("cairn.json", Assert.Single(plan.Items).Good.Key.Value);
        Assert.Equal(before, world.Bucket.Versions());
    }

    [Fact]
    public async Task A_descriptor_of_somebody_elses_repository_on_top_is_overwritten_by_the_right_one()
    {
        await using var world = await LeaseWorld.CreateAsync(seed: 1);
        await using var other = await LeaseWorld.CreateAsync(seed: 2);
        var trees = await FillAsync(world);
        var planted = other.Bucket.Versions("cairn.json").Single().Content;
        world.Bucket.Put(Caller.Owner, new PutRequest("cairn.json", planted).WithSha256());
        var (plan, result) = await RecoverAsync(world, new SimulatedStore(world.Bucket));
        Assert.True(Assert.Single(plan.Items).IsOverwritten);
        Assert.Equal(1, result.Recovered);
        Assert.Equal(trees, await RestoreAllAsync(world));
    }

    [Fact]
    public async Task What_was_never_locked_and_is_destroyed_is_told()
    {
        await using var world = await LeaseWorld.CreateAsync();
        await FillAsync(world);
        var pack = world.Bucket.Versions().First(version => version.Key.StartsWith("packs/"));
        world.Bucket.Put(Caller.Owner, new PutRequest(pack.Key, "junk"u8.ToArray()));
        world.Bucket.Put(Caller.Owner, new PutRequest(pack.Key, "more"u8.ToArray()));
        world.Bucket.Lose(pack.Key, pack.VersionId);
        var (plan, _) = await PlanAsync(world, new SimulatedStore(world.Bucket));
        Assert.Empty(plan.Items);
        Assert.True(plan.HasLost);
        Assert.Equal(pack.Key, Assert.Single(plan.Findings).Object);
    }

    static void Attack(LeaseWorld world, SeededRandom random)
    {
        var thief = CairnRoles.Attacker();
        foreach (var version in world.Bucket.Versions())
        {
            // Removing what is locked fails; so does letting its lock end tomorrow.
            Try(() => world.Bucket.DeleteVersion(thief, version.Key, version.VersionId, bypassGovernance: true));
            Try(() => world.Bucket.PutRetention(
                thief, version.Key, version.VersionId, retention: null, bypassGovernance: true));
            Try(() => world.Bucket.PutRetention(
                thief, version.Key, version.VersionId,
                new Retention(LockMode.Compliance, world.Bucket.Now.AddDays(1)), bypassGovernance: true));
        }
        foreach (var key in world.Bucket.Versions().Select(version => version.Key).Distinct().ToList())
        {
            var good = world.Bucket.Versions(key).FirstOrDefault(version => !version.IsDeleteMarker);
            for (var deeds = random.NextInt(4); deeds > 0; deeds--)
            {
                world.Time.Advance(TimeSpan.FromSeconds(random.NextInt(3)));
                if (random.NextInt(2) == 0)
                    world.Bucket.Delete(thief, key);
                else
                    world.Bucket.Put(thief, new PutRequest(key, Junk(random, good)));
            }
        }
        world.Bucket.Put(thief, new PutRequest("snapshots/README", "pay"u8.ToArray()));
    }

    // Encrypted, cut short, or of the same length.
    static byte[] Junk(SeededRandom random, ObjectVersion? good) => random.NextInt(3) switch
    {
        0 when good is { Size: > 1 } => good.Content[..(good.Content.Length / 2)],
        1 when good is not null => random.Bytes(good.Content.Length),
        _ => random.Bytes(100),
    };

    static void Try(Action deed)
    {
        try
        {
            deed();
        }
        catch (S3Exception)
        {
        }
    }

    /// <summary>With the host's own key, by a clock that is wrong.</summary>
    static async Task PlantAsync(LeaseWorld world, int days)
    {
        var clock = new ManualTime(world.Time.GetUtcNow().AddDays(days));
        var environment = new EngineEnvironment(clock, world.Random, new BufferPool());
        var source = new MemorySource(clock);
        source.File("pay", world.Random.Bytes(100));
        using var repository = await RepositoryOpener.OpenWithCredentialAsync(
            new SimulatedStore(world.Bucket, CairnRoles.Attacker()), world.Init.Credential, environment, Token);
        var options = new BackupOptions
        {
            Source = "test", Roots = [Encoding.Latin1.GetBytes("/")], UserName = "thief", Program = "tests",
            Workers = 2,
        };
        await BackupOperation.RunAsync(
            repository, new MemoryStateFolder(), new BackupInput { Files = source }, options, new BackupMonitor(),
            Token);
    }

    static void PlantUnsigned(LeaseWorld world)
    {
        var good = world.Bucket.Versions().First(version =>
            version.Key.StartsWith("snapshots/") && version.Key.Length > 100);
        Assert.True(ObjectNames.TryParseSnapshot(new ObjectKey(good.Key), out var name));
        var junk = world.Random.Bytes(500);
        var key = (name with { Hash = new ObjectHash(SHA256.HashData(junk)) }).Key;
        world.Bucket.Put(CairnRoles.Attacker(), new PutRequest(key.Value, junk));
    }

    /// <summary>Four states, of which each replaces most of the one before.</summary>
    static async Task<List<SortedDictionary<string, string>>> FillAsync(LeaseWorld world)
    {
        var trees = new List<SortedDictionary<string, string>>();
        for (var i = 0; i < 4; i++)
        {
            world.Source.File("file", world.Random.Bytes(60_000));
            world.Source.File($"only {i}", world.Random.Bytes(3000));
            world.Time.Advance(TimeSpan.FromMinutes(5));
            await world.BackupAsync();
            trees.Add(new(world.Source.Nodes.Where(node => node.Value.Content is not null).ToDictionary(
                node => node.Key, node => Convert.ToHexString(SHA256.HashData(node.Value.Content!))),
                StringComparer.Ordinal));
        }
        return trees;
    }

    static async Task<List<SortedDictionary<string, string>>> RestoreAllAsync(LeaseWorld world)
    {
        var trees = new List<SortedDictionary<string, string>>();
        using var admin = await world.OpenAsAdminAsync();
        using var session = await ReadSession.OpenAsync(admin, new MemoryStateFolder(), Token);
        foreach (var snapshot in (await SnapshotCatalog.ListAsync(admin, Token)).Snapshots)
        {
            var target = new MemoryTarget();
            var result = await RestoreOperation.RunAsync(
                session, snapshot, target, new RestoreOptions { Workers = 2 }, new RestoreMonitor(), Token);
            Assert.Empty(result.Failures);
            trees.Add(new(target.Nodes.Where(node => node.Value.Content is not null).ToDictionary(
                node => node.Key, node => Convert.ToHexString(SHA256.HashData(node.Value.Content!))),
                StringComparer.Ordinal));
        }
        return trees;
    }

    static async Task<(RecoverPlan Plan, RecoverResult Result)> RecoverAsync(LeaseWorld world, IObjectStore store)
    {
        var (plan, repository) = await PlanAsync(world, store, keepsOpen: true);
        using (repository)
            return (plan, await RecoverOperation.RunAsync(
                repository!, store, plan, new WorkMonitor("recovering"), Token));
    }

    static async Task<(RecoverPlan Plan, Repository? Open)> PlanAsync(
        LeaseWorld world, IObjectStore store, bool keepsOpen = false)
    {
        var found = await AuthenticVersions.FindDescriptorsAsync(store.Versions!, Token);
        var own = found.First(one => one.Descriptor.Id == world.Init.Descriptor.Id);
        var originals = new OriginalsStore(store, store.Versions!, ObjectNames.Descriptor)
        {
            DescriptorVersion = own.Version,
        };
        var repository = await RepositoryOpener.OpenWithMaintainerAsync(
            originals, world.Maintainer, world.Environment, Token);
        var plan = await RecoverOperation.PlanAsync(
            repository, store.Versions!, new WorkMonitor("looking"), Token);
        if (keepsOpen)
            return (plan, repository);
        repository.Dispose();
        return (plan, null);
    }

    /// <summary>What everybody sees: by name the hash of the bytes.</summary>
    static SortedDictionary<string, string> Visible(LeaseWorld world)
    {
        var visible = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var group in world.Bucket.Versions().GroupBy(version => version.Key))
        {
            if (group.Last() is { IsDeleteMarker: false } newest)
                visible[group.Key] = Convert.ToHexString(SHA256.HashData(newest.Content));
        }
        return visible;
    }
}
