using System.Diagnostics;
using Cairn.Engine.Operations.Backup;
using Cairn.Testing.Stores;
using Cairn.Testing.Trees;

namespace Cairn.Tests.Operations.Backup;

/// <summary>Whenever a run is cancelled it ends soon, gives back all it took (the world looks), and commits
/// nothing.</summary>
public sealed class BackupCancellationTests
{
    static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Cancelling_at_any_call_of_the_store_ends_the_run_without_a_snapshot()
    {
        for (var cancelled = 1; ; cancelled++)
        {
            await using var world = await BackupWorld.CreateAsync();
            world.AddSomeFiles(files: 8);
            using var cancellation = new CancellationTokenSource();
            world.Cancellation = cancellation.Token;
            var calls = 0;
            var isCommitted = false;
            var store = new HookedStore(world.Test.Store);
            store.Before = (member, name) =>
            {
                isCommitted |= member == StoreMember.Put && name.StartsWith("snapshots/", StringComparison.Ordinal)
                    && Volatile.Read(ref calls) >= cancelled;
                if (Interlocked.Increment(ref calls) == cancelled)
                    cancellation.Cancel();
                return Task.CompletedTask;
            };
            var result = await EndsSoonAsync(world.BackupAsync(store));
            if (calls < cancelled)
            {
                Assert.NotNull(result);
                return;
            }
            Assert.False(isCommitted);
            world.Cancellation = default;
            await world.AssertRestoresAsync((await world.BackupAsync()).Snapshot, world.Capture());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Cancelling_while_files_are_read_ends_the_run(ulong seed)
    {
        await using var world = await BackupWorld.CreateAsync(seed);
        world.Source.BatchEntriesMax = 3;
        world.AddSomeFiles(files: 30, bytes: 400_000);
        using var cancellation = new CancellationTokenSource();
        world.Cancellation = cancellation.Token;
        var reads = 0;
        var last = 1 + world.Random.NextInt(60);
        foreach (var node in world.Source.Nodes.Values)
            node.OnRead = _ =>
            {
                if (Interlocked.Increment(ref reads) == last)
                    cancellation.Cancel();
            };
        Assert.Null(await EndsSoonAsync(world.BackupAsync()));
        // Each worker may finish the chunk in its hands; nobody reads on to the end.
        Assert.InRange(reads, last, last + 8);
        Assert.Empty(world.Names("snapshots/"));
    }

    [Fact]
    public async Task A_stream_without_an_end_is_left_at_the_next_chunk()
    {
        await using var world = await BackupWorld.CreateAsync();
        using var cancellation = new CancellationTokenSource();
        world.Cancellation = cancellation.Token;
        var endless = new TestStream("endless", long.MaxValue, (position, span) =>
        {
            span.Clear();
            if (position > 3_000_000)
                cancellation.Cancel();
        });
        Assert.Null(await EndsSoonAsync(world.BackupAsync(input: new BackupInput { Streams = [endless] })));
    }

    [Fact]
    public async Task Whatever_the_walk_throws_ends_the_run_with_it()
    {
        for (var batch = 1; batch <= 4; batch++)
        {
            await using var world = await BackupWorld.CreateAsync();
            world.AddSomeFiles(files: 12);
            var batches = 0;
            world.Source.OnBatch = _ =>
            {
                if (++batches == batch)
                    throw new InvalidDataException("the walk broke");
            };
            await Assert.ThrowsAsync<InvalidDataException>(() => EndsSoonAsync(world.BackupAsync()));
            Assert.Empty(world.Names("snapshots/"));
        }
    }

    [Fact]
    public async Task A_run_that_fails_ends_only_when_its_uploads_have_ended()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles(files: 12);
        world.Source.Directory("z/z/z");
        var broke = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var uploading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Source.OnBatch = directory =>
        {
            if (directory != "z/z")
                return;
            Assert.True(uploading.Task.Wait(TimeSpan.FromSeconds(10)), "no upload began");
            broke.SetResult();
            throw new InvalidDataException("the walk broke");
        };
        var store = new HookedStore(world.Test.Store);
        store.Before = async (member, name) =>
        {
            if (member != StoreMember.Put)
                return;
            uploading.TrySetResult();
            await broke.Task;
            for (var i = 0; i < 100_000; i++)
                await Task.Yield();
        };
        // The world finds buffers that were not returned by then.
        await Assert.ThrowsAsync<InvalidDataException>(() => EndsSoonAsync(world.BackupAsync(store)));
    }

    [Fact]
    public async Task A_failing_checkpoint_ends_the_run_with_its_failure()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles(files: 80, bytes: 250_000);
        var faults = new FaultyStore(world.Test.Store, StoreFaults.When(
            call => call.Member == StoreMember.Put && call.Name.StartsWith("ledgers/", StringComparison.Ordinal)));
        var store = new HookedStore(faults);
        store.After = (member, name) => world.ForceCheckpointAsync(store, member, name, until: "ledgers/");
        await Assert.ThrowsAsync<Cairn.Engine.Storage.StoreException>(() => EndsSoonAsync(world.BackupAsync(store)));
        Assert.Empty(world.Names("snapshots/"));
        Assert.True(world.Source.Opened.Count < 80, "it was not a checkpoint that failed");
    }

    static async Task<BackupResult?> EndsSoonAsync(Task<BackupResult> run)
    {
        var watch = Stopwatch.StartNew();
        try
        {
            return await run.WaitAsync(TimeSpan.FromSeconds(30));
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        finally
        {
            Assert.True(watch.Elapsed < Soon, $"it took {watch.Elapsed}");
        }
    }
}
