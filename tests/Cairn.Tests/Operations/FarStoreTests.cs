using Cairn.Engine.Operations.Restore;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Sources;
using Cairn.Engine.Storage;
using Cairn.Testing.State;
using Cairn.Testing.Stores;
using Cairn.Testing.Trees;
using Cairn.Tests.Operations.Backup;

namespace Cairn.Tests.Operations;

/// <summary>Stores where a request costs more than its bytes.</summary>
public sealed class FarStoreTests
{
    static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Pieces_of_a_manifest_are_read_in_few_requests()
    {
        await using var world = await WorldAsync(files: 6000, bytes: 10);
        var name = (await world.BackupAsync()).Snapshot!.Value;
        var near = await RestoreAsync(world, name, new HookedStore(world.Test.Store));
        var store = Far(world.Test.Store);
        var far = await RestoreAsync(world, name, store);
        Assert.Equal(near.Target.Nodes.Keys, far.Target.Nodes.Keys);
        Assert.Equal(0, far.Result.FailureCount);
        Assert.InRange(PackReads(store), 1, 8);
        Assert.True(PackReads(store) * 3 < near.Reads, $"{PackReads(store)} and {near.Reads} requests");
    }

    [Fact]
    public async Task What_is_damaged_costs_no_more_than_nearby()
    {
        await using var world = await WorldAsync(files: 3000, bytes: 10);
        var result = await world.BackupAsync();
        var objects = await world.Test.ObjectsAsync();
        foreach (var (key, bytes) in objects.Where(item => item.Key.StartsWith("packs/", StringComparison.Ordinal)))
        {
            bytes[bytes.Length / 3] ^= 1;
            world.Test.Store.Plant(key, bytes);
        }
        var near = await RestoreAsync(world, result.Snapshot!.Value, new HookedStore(world.Test.Store));
        var far = await RestoreAsync(world, result.Snapshot!.Value, Far(world.Test.Store));
        Assert.InRange(near.Result.FailureCount, 1, 2999);
        Assert.Equal(near.Result.FailureCount, far.Result.FailureCount);
        Assert.Equal(near.Target.Nodes.Keys, far.Target.Nodes.Keys);
    }

    [Fact]
    public async Task A_piece_is_read_again_after_a_failure_that_passed()
    {
        await using var world = await WorldAsync(files: 10, bytes: 10);
        var name = (await world.BackupAsync()).Snapshot!.Value;
        var isAway = true;
        var store = Far(world.Test.Store);
        store.Before = (member, key) => isAway && member == StoreMember.Get
            && key.StartsWith("packs/", StringComparison.Ordinal)
                ? throw new StoreException(StoreErrorKind.Unavailable, "away") : Task.CompletedTask;
        using var repository = await world.Test.OpenForReadingAsync(store);
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), None);
        var root = (await SnapshotCatalog.ReadAsync(repository, name, None)).Manifest;
        var e = await Assert.ThrowsAsync<StoreException>(async () => await ReadAsync(session, root));
        Assert.Equal(StoreErrorKind.Unavailable, e.Kind);
        isAway = false;
        Assert.False((await ReadAsync(session, root)).IsEmpty);
    }

    [Fact(Timeout = 120_000)]
    public async Task Requests_of_a_restore_are_under_way_at_once_but_not_without_bound_INV_8()
    {
        const int atOnce = 4; // Sixteen megabytes in ranges of up to four.
        const int requestsMax = 16 + 2; // As many as the store bears, and one in the hand of each worker.
        await using var world = await WorldAsync(files: 24, bytes: 3 << 20);
        var name = (await world.BackupAsync()).Snapshot!.Value;
        var (now, most) = (0, 0);
        var areMany = new TaskCompletionSource();
        var data = await DataPacksAsync(world);
        var store = Far(world.Test.Store);
        store.Before = async (member, key) =>
        {
            if (member != StoreMember.Get || !data.Contains(key))
                return;
            lock (areMany)
                most = Math.Max(most, ++now);
            if (now >= atOnce)
                areMany.TrySetResult();
            await areMany.Task;
            lock (areMany)
                now--;
        };
        var far = await RestoreAsync(world, name, store);
        Assert.Equal(0, far.Result.FailureCount);
        Assert.InRange(most, atOnce, requestsMax);
    }

    [Fact]
    public async Task A_restore_that_cannot_go_on_leaves_no_request_behind()
    {
        await using var world = await WorldAsync(files: 24, bytes: 3 << 20);
        var name = (await world.BackupAsync()).Snapshot!.Value;
        var store = Far(world.Test.Store);
        using var target = new FaultyTarget(
            new MemoryTarget(),
            call => call.Path.EndsWith("003", StringComparison.Ordinal)
                ? new RestoreWriteException("the disk is full") { IsFatal = true } : null);
        using var repository = await world.Test.OpenForReadingAsync(store);
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), None);
        var snapshot = await SnapshotCatalog.ReadAsync(repository, name, None);
        var e = await Assert.ThrowsAsync<RestoreWriteException>(() => RestoreOperation.RunAsync(
            session, snapshot, target, new RestoreOptions { Workers = 2 }, new RestoreMonitor(), None));
        Assert.Equal("the disk is full", e.Message);
        var events = store.Events;
        Assert.Equal(events.Count(one => !one.IsEnd), events.Count(one => one.IsEnd));
    }

    static async Task<HashSet<string>> DataPacksAsync(BackupWorld world)
    {
        using var repository = await world.Test.OpenForReadingAsync();
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), None);
        return [.. session.Index.EnumeratePacks().Select(session.Index.GetPack)
            .Where(pack => pack.Kind == PackKind.Data)
            .Select(pack => Cairn.Engine.Formats.ObjectNames.Pack(pack.Name).Value)];
    }

    static HookedStore Far(MemoryStore store) => new(store)
    {
        Capabilities = store.Capabilities with { HasCheapRanges = false, Concurrency = 16 },
    };

    static int PackReads(HookedStore store) => store.Events.Count(
        e => e is { Member: StoreMember.Get, IsEnd: true } && e.Name.StartsWith("packs/", StringComparison.Ordinal));

    static ValueTask<ReadOnlyMemory<byte>> ReadAsync(ReadSession session, BlobId id) =>
        session.Blobs.ReadAsync(BlobKind.Manifest, id, None);

    static async Task<BackupWorld> WorldAsync(int files, int bytes)
    {
        var world = await BackupWorld.CreateAsync(chunking: Cairn.Engine.Chunking.ChunkerParameters.Default);
        for (var i = 0; i < files; i++)
        {
            if (i % 100 == 0)
                world.Source.Directory($"folder-{i / 100:000}");
            world.Source.File($"folder-{i / 100:000}/file-{i:00000}", world.Random.Bytes(bytes));
        }
        world.Wait();
        return world;
    }

    static async Task<(RestoreResult Result, MemoryTarget Target, int Reads)> RestoreAsync(
        BackupWorld world, Cairn.Engine.Formats.SnapshotName name, HookedStore store)
    {
        using var repository = await world.Test.OpenForReadingAsync(store);
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), None);
        var snapshot = await SnapshotCatalog.ReadAsync(repository, name, None);
        var target = new MemoryTarget();
        var result = await RestoreOperation.RunAsync(
            session, snapshot, target, new RestoreOptions { Workers = 2 }, new RestoreMonitor(), None);
        return (result, target, PackReads(store));
    }
}
