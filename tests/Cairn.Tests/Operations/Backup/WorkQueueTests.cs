using Cairn.Engine.Entries;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Primitives;

namespace Cairn.Tests.Operations.Backup;

public sealed class WorkQueueTests
{
    static readonly TimeSpan Long = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task An_idle_worker_waits_for_the_chunks_of_the_last_file()
    {
        var pool = new BufferPool();
        var queue = new WorkQueue(4, 4, EngineThreads.Default);
        var file = NewFile();
        Assert.True(queue.AddFiles(new LargeFileWork(null!, file)));
        queue.Complete();
        Assert.True(queue.Take(out _, out var taken));
        Assert.NotNull(taken);
        var other = Task.Run(
            () => queue.Take(out var chunk, out _) ? chunk : null, TestContext.Current.CancellationToken);
        Assert.True(queue.TryAddChunk(new ChunkWork(file, file.AddSlot(), pool.Rent(1))));
        var brought = await other.WaitAsync(Long, TestContext.Current.CancellationToken);
        Assert.NotNull(brought);
        brought.Buffer.Dispose();
        queue.ReportRead();
        Assert.False(queue.Take(out _, out _));
    }

    [Fact]
    public async Task Stopping_wakes_everybody_and_gives_back_what_was_queued()
    {
        var pool = new BufferPool();
        var queue = new WorkQueue(1, 2, EngineThreads.Default);
        var file = NewFile();
        Assert.True(queue.AddFiles(new LargeFileWork(null!, file)));
        var waiting = Task.Run(
            () => queue.AddFiles(new LargeFileWork(null!, file)), TestContext.Current.CancellationToken);
        Assert.True(queue.TryAddChunk(new ChunkWork(file, file.AddSlot(), pool.Rent(1))));
        Assert.True(queue.TryAddChunk(new ChunkWork(file, file.AddSlot(), pool.Rent(1))));
        var third = new ChunkWork(file, file.AddSlot(), pool.Rent(1));
        Assert.False(queue.TryAddChunk(third));
        third.Buffer.Dispose();
        queue.Stop();
        Assert.False(await waiting.WaitAsync(Long, TestContext.Current.CancellationToken));
        Assert.False(queue.Take(out _, out _));
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void A_file_that_changes_under_its_reader_begins_again_unless_extents_are_taken()
    {
        var file = NewFile();
        var first = file.AddSlot();
        Assert.True(file.TryRestart());
        var second = file.AddSlot();
        file.Fill(first, new Extent(1, Blob: null));
        file.Fill(second, new Extent(2, Blob: null));
        Assert.Equal(2, file.TakeNext()!.Value.Length);
        Assert.False(file.TryRestart());
        file.CompleteReading();
        Assert.Null(file.TakeNext());
    }

    static PendingFile NewFile() => new(
        new Entry { Name = "f"u8.ToArray(), Kind = EntryKind.File, Owner = new Owner(0, 0, "", "") },
        EngineThreads.Default);
}
