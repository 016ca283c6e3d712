using System.Text;
using Cairn.Cli;
using Cairn.Engine.Entries;
using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Operations.Check;
using Cairn.Engine.Operations.Dump;
using Cairn.Engine.Operations.Restore;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Storage;
using Cairn.Testing.Simulated.Buckets;
using Cairn.Testing.Simulated.Stores;
using Cairn.Testing.State;
using Cairn.Testing.Trees;
using Cairn.Tests.Operations.Prune;

namespace Cairn.Tests.Operations.Backup;

/// <summary>
/// Data in a class that must be thawed, in the simulated bucket: what stays hot, and what reading the rest says.
/// </summary>
public sealed class ColdClassTests
{
    const long HotBelow = 20_000;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Contents_of_small_files_and_all_that_is_not_data_stay_hot()
    {
        await using var world = await CreateAsync();
        var (bucket, store) = await UploadAsync(world);
        var result = await BackupAsync(world, store);
        var classes = bucket.Versions().ToLookup(version => version.StorageClass, version => version.Key);
        Assert.NotEmpty(classes[StorageClass.DeepArchive]);
        Assert.All(classes[StorageClass.DeepArchive], key => Assert.StartsWith("packs/", key));
        // One pack of the manifest, one of small files.
        Assert.Equal(2, classes[StorageClass.Standard].Count(
            key => key.StartsWith("packs/", StringComparison.Ordinal)));

        // All that is small comes back while the rest is frozen.
        var target = await RestoreAsync(world, store, result.Snapshot!.Value, "small");
        Assert.Equal(40, target.Nodes.Count(node => node.Value.Entry.Kind == EntryKind.File));
        foreach (var (path, node) in target.Nodes.Where(node => node.Value.Entry.Kind == EntryKind.File))
            Assert.Equal(world.Source.Nodes[$"small/{path}"].Content, node.Content);
    }

    [Fact]
    public async Task Without_a_threshold_all_contents_are_cold()
    {
        await using var world = await CreateAsync();
        var (bucket, store) = await UploadAsync(world);
        await BackupAsync(world, store, hotBelow: 0);
        Assert.Single(bucket.Versions(), version => version.StorageClass == StorageClass.Standard
            && version.Key.StartsWith("packs/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reading_what_is_cold_ends_at_once_with_15_and_names_it()
    {
        await using var world = await CreateAsync();
        var (bucket, store) = await UploadAsync(world);
        var name = (await BackupAsync(world, store)).Snapshot!.Value;
        var cold = bucket.Versions().Where(version => version.StorageClass == StorageClass.DeepArchive)
            .Select(version => version.Key).ToList();

        await AssertColdAsync(cold, () => RestoreAsync(world, store, name, path: null));
        await AssertColdAsync(cold, () => DumpAsync(world, store, name, "large/file0"));
        await AssertColdAsync(cold, () => CheckAsync(world, store, readDataPercent: 100));

        // What needs no contents works as ever.
        Assert.DoesNotContain(
            (await CheckAsync(world, store, readDataPercent: 0)).Findings,
            finding => finding.Severity != CheckSeverity.Note);
        using var repository = await OpenAsync(world, store);
        Assert.Equal(name, Assert.Single((await SnapshotCatalog.ListAsync(repository, Token)).Snapshots).Name);
    }

    [Fact]
    public async Task A_repack_keeps_hot_what_is_hot()
    {
        await using var world = await CreateAsync();
        // A class that needs no thawing: a prune cannot repack what it cannot read.
        var (bucket, store) = await UploadAsync(world, StorageClass.GlacierInstantRetrieval);
        var first = (await BackupAsync(world, store)).Snapshot!.Value;
        for (var i = 0; i < 40; i += 2)
            world.Source.File($"small/file{i}", world.Random.Bytes(1000 + i));
        for (var i = 0; i < 4; i += 2)
            world.Source.File($"large/file{i}", world.Random.Bytes(400_000 + i));
        world.Wait();
        var (second, tree) = ((await BackupAsync(world, store)).Snapshot!.Value, world.Capture());
        var before = bucket.Versions().Select(version => version.Key).ToHashSet();
        using (var admin = await world.OpenAsAdminAsync(store))
        {
            var catalog = await SnapshotCatalog.ListAsync(admin, Token);
            await Cairn.Engine.Operations.Forget.ForgetOperation.ForgetAsync(
                admin, catalog.Snapshots.Where(snapshot => snapshot.Name == first), Token);
            var pruned = await PruneWorld.PruneAsync(admin, PruneWorld.AtOnce with { MaxUnusedPercent = 0 });
            Assert.True(pruned.Repacked.Packs >= 2);
        }
        var made = bucket.Versions().Where(version => !before.Contains(version.Key)
            && version.Key.StartsWith("packs/", StringComparison.Ordinal)).ToList();
        Assert.Contains(made, version => version.StorageClass == StorageClass.GlacierInstantRetrieval);
        // Large blobs in the one, small in the other, and nothing in both.
        using var reader = await OpenAsync(world, store);
        using var session = await ReadSession.OpenAsync(reader, new MemoryStateFolder(), Token);
        foreach (var version in made)
        {
            Assert.True(session.Index.TryFindPack(PruneWorld.PackOf(version.Key), out var number));
            if (session.Index.GetPack(number).Kind != Cairn.Engine.Packs.PackKind.Data)
                continue;
            var sizes = Enumerable.Range(0, session.Index.GetPack(number).RowCount)
                .Select(row => session.Index.GetRow(number, row).StoredLength).ToList();
            Assert.Equal(
                version.StorageClass == StorageClass.Standard, sizes.All(size => size is > 900 and < 1200));
        }
        var target = await RestoreAsync(world, store, second, path: null);
        Assert.Equal(tree.Keys, target.Nodes.Keys);
    }

    static async Task<BackupWorld> CreateAsync()
    {
        var world = await BackupWorld.CreateAsync();
        for (var i = 0; i < 40; i++)
            world.Source.File($"small/file{i}", world.Random.Bytes(1000 + i));
        for (var i = 0; i < 4; i++)
            world.Source.File($"large/file{i}", world.Random.Bytes(400_000 + i));
        world.Wait();
        return world;
    }

    static async Task<(SimulatedBucket Bucket, SimulatedStore Store)> UploadAsync(
        BackupWorld world, StorageClass dataClass = StorageClass.DeepArchive)
    {
        var bucket = new SimulatedBucket(world.Time);
        var store = new SimulatedStore(
            bucket, Caller.Owner, new SimulatedStoreOptions { DataClass = dataClass });
        foreach (var (name, bytes) in await world.Test.ObjectsAsync())
            await store.PutAsync(new ObjectKey(name), [bytes], PutOptions.Hot, Token);
        return (bucket, store);
    }

    static Task<BackupResult> BackupAsync(BackupWorld world, IObjectStore store, long hotBelow = HotBelow) =>
        world.BackupAsync(store, options: BackupWorld.Options with { HotBelow = hotBelow });

    static Task<Repository> OpenAsync(BackupWorld world, IObjectStore store) => world.OpenAsAdminAsync(store);

    static async Task<MemoryTarget> RestoreAsync(
        BackupWorld world, IObjectStore store, SnapshotName name, string? path)
    {
        using var repository = await OpenAsync(world, store);
        var snapshot = await SnapshotCatalog.ReadAsync(repository, name, Token);
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), Token);
        var target = new MemoryTarget();
        var options = new RestoreOptions { Workers = 2 };
        if (path is not null)
            options = options with { Path = Encoding.ASCII.GetBytes(path) };
        var result = await RestoreOperation.RunAsync(session, snapshot, target, options, new RestoreMonitor(), Token);
        Assert.Empty(result.Failures);
        return target;
    }

    static async Task DumpAsync(BackupWorld world, IObjectStore store, SnapshotName name, string path)
    {
        using var repository = await OpenAsync(world, store);
        var snapshot = await SnapshotCatalog.ReadAsync(repository, name, Token);
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), Token);
        await DumpOperation.RunAsync(
            session, snapshot, Stream.Null, new DumpOptions { Path = Encoding.ASCII.GetBytes(path), Workers = 1 },
            new DumpMonitor(), Token);
    }

    static async Task<CheckResult> CheckAsync(BackupWorld world, IObjectStore store, int readDataPercent)
    {
        using var repository = await OpenAsync(world, store);
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), Token);
        return await CheckOperation.RunAsync(
            session, new CheckOptions { ReadDataPercent = readDataPercent, Workers = 1 }, new CheckMonitor(), Token);
    }

    static async Task AssertColdAsync(List<string> cold, Func<Task> read)
    {
        var error = await Assert.ThrowsAsync<StoreException>(read);
        Assert.Equal(StoreErrorKind.Cold, error.Kind);
        Assert.Equal(ExitCodes.Cold, ExitCodes.Of(error));
        Assert.Contains(error.Key!.Value.Value, cold);
        var report = ErrorReport.Of(error);
        Assert.Contains(error.Key.Value.Value, report.Message, StringComparison.Ordinal);
        Assert.Contains("thaw", $"{report.Message} {report.Hint}", StringComparison.Ordinal);
    }
}
