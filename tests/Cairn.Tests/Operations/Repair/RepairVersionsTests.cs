using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Repair;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Keys;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Crypto;
using Cairn.Engine.Storage;
using Cairn.Testing.Simulated.Buckets;
using Cairn.Testing.Simulated.Stores;
using Cairn.Testing.State;
using Cairn.Tests.Operations.Leases;

namespace Cairn.Tests.Operations.Repair;

/// <summary>On a store with versions a repair finds what lies below what somebody has put on top.</summary>
public sealed class RepairVersionsTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Hidden_packs_are_healed_from_the_versions_below_and_nothing_else_is_needed_INV_1()
    {
        await using var world = await MakeAsync();
        foreach (var pack in Packs(world))
            world.Bucket.Delete(Caller.Owner, pack.Key);
        var result = await RepairAsync(world);
        Assert.False(result.IsDamaged);
        Assert.True(result.BadBlobs > 0);
        Assert.Equal(result.BadBlobs, Assert.Single(result.Healed).Blobs);
        // It lies in new packs now, which no marker hides: nobody needs to look at versions any more.
        await AssertWholeAsync(world, new SimulatedStore(world.Bucket));
        Assert.Equal((0L, 0L), await LeftAsync(world));
    }

    [Theory]
    [InlineData("ledgers/")]
    [InlineData("hosts/")]
    [InlineData("retired/")]
    [InlineData("packs/")]
    public async Task What_was_overwritten_is_read_from_below_and_nothing_is_called_lost(string prefix)
    {
        await using var world = await MakeAsync();
        var told = new HashSet<string>();
        foreach (var version in world.Bucket.Versions()
            .Where(version => version.Key.StartsWith(prefix, StringComparison.Ordinal)))
            world.Bucket.Put(Caller.Owner, new PutRequest(version.Key, world.Random.Bytes(version.Content.Length)));
        var result = await RepairAsync(world, told);
        Assert.False(result.IsDamaged);
        Assert.Equal((0L, 0L), (result.LostBeforeCount, result.PacksStored));
        // Who repairs is told that something lies on top: recover puts it right.
        Assert.Contains(told, name => name.StartsWith(prefix, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_no_version_below_is_what_the_name_says_the_file_is_named_INV_6()
    {
        await using var world = await MakeAsync();
        foreach (var pack in Packs(world))
        {
            world.Bucket.Corrupt(pack.Key, pack.VersionId, bytes => [.. bytes.Select(one => (byte)(one ^ 1))]);
            world.Bucket.Delete(Caller.Owner, pack.Key);
        }
        var result = await RepairAsync(world);
        Assert.True(result.IsDamaged);
        Assert.Equal(result.BadBlobs, result.UnhealedBlobs);
        Assert.True(result.LostAfterCount > 0 || result.Remaining.Count > 0);
    }

    static async Task<LeaseWorld> MakeAsync()
    {
        var world = await LeaseWorld.CreateAsync();
        world.Source.File("file", world.Random.Bytes(60_000));
        world.Source.File("other", world.Random.Bytes(30_000));
        await world.BackupAsync();
        await world.ForgetAsync(keep: 1);
        await world.PruneAsync();
        return world;
    }

    static IEnumerable<ObjectVersion> Packs(LeaseWorld world) => world.Bucket.Versions()
        .Where(version => version.Key.StartsWith("packs/", StringComparison.Ordinal)).ToList();

    // As the command sees a store.
    static async Task<RepairResult> RepairAsync(
        LeaseWorld world, HashSet<string>? told = null, bool isPlan = false)
    {
        var inner = new SimulatedStore(world.Bucket);
        var view = new AuthenticStore(inner, inner.Versions!, key => told?.Add(key.Value));
        using var repository = await OpenAsync(world, view);
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), Token);
        return await RepairOperation.RunAsync(
            session, new RepairOptions { Workers = 1, IsPlan = isPlan }, new RepairMonitor(), Token);
    }

    static async Task<(long Bad, long Lost)> LeftAsync(LeaseWorld world)
    {
        var left = await RepairAsync(world, isPlan: true);
        return (left.BadBlobs, left.LostBeforeCount);
    }

    static async Task AssertWholeAsync(LeaseWorld world, IObjectStore store)
    {
        using var repository = await OpenAsync(world, store);
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), Token);
        var listing = await Engine.Snapshots.SnapshotCatalog.ListAsync(repository, Token);
        using var target = new Testing.Trees.MemoryTarget();
        var result = await Engine.Operations.Restore.RestoreOperation.RunAsync(
            session, Assert.Single(listing.Snapshots), target,
            new Engine.Operations.Restore.RestoreOptions { Workers = 1 },
            new Engine.Operations.Restore.RestoreMonitor(), Token);
        Assert.Equal(0, result.FailureCount);
        foreach (var (path, node) in world.Source.Nodes)
            Assert.Equal(node.Content, target.Nodes[path].Content);
    }

    static async Task<Repository> OpenAsync(LeaseWorld world, IObjectStore store)
    {
        using var secret = new SealingKeySecret(new SealingKey(world.Init.RecoveryKey.Secret.Copy()));
        return await RepositoryOpener.OpenWithSecretAsync(store, secret, world.Environment, Token);
    }
}
