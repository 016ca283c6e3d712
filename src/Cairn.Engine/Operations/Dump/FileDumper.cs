using System.Runtime.CompilerServices;
using Cairn.Engine.Entries;
using Cairn.Engine.Formats;
using Cairn.Engine.Manifests;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories.Reading;

namespace Cairn.Engine.Operations.Dump;

/// <summary>Writes the content of a file in order, with a bounded number of chunks under way. One file at a
/// time.</summary>
sealed class FileDumper(ReadSession session, int readAhead, DumpMonitor monitor)
{
    static readonly byte[] Zeros = new byte[64 << 10];

    readonly ContentReader _contents = new(session.Blobs);

    public async Task WriteAsync(Entry entry, Stream destination, CancellationToken cancellationToken)
    {
        var extents = _contents.ReadExtentsAsync(entry.Content!, entry.Size, cancellationToken);
        await foreach (var (length, content) in PrefetchAsync(extents, cancellationToken))
        {
            using (content)
            {
                if (content is null)
                    await WriteZerosAsync(length, destination, cancellationToken);
                else
                    await destination.WriteAsync(content.Memory, cancellationToken);
            }
            monitor.AddBytes(length);
        }
    }

    /// <summary>The attributes with those values that lie in blobs of their own.</summary>
    public async Task<IReadOnlyList<ExtendedAttribute>> WholeAttributesAsync(
        Entry entry, CancellationToken cancellationToken)
    {
        if (entry.Attributes.All(attribute => attribute.StoredValue is null))
            return entry.Attributes;
        var whole = new List<ExtendedAttribute>(entry.Attributes.Count);
        foreach (var attribute in entry.Attributes)
        {
            if (attribute.StoredValue is not { } stored)
            {
                whole.Add(attribute);
                continue;
            }
            var (_, content) = await ReadAsync(stored, cancellationToken);
            using (content)
                whole.Add(new ExtendedAttribute(attribute.Name, content is null ? default : content.Span.ToArray()));
        }
        return whole;
    }

    /// <summary>Chunks in their order; null for a hole. Whoever takes a buffer disposes it.</summary>
    async IAsyncEnumerable<(long Length, PooledBuffer? Content)> PrefetchAsync(
        IAsyncEnumerable<Extent> extents, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var threads = session.Repository.Environment.Threads;
        var underWay = new Queue<Task<(long, PooledBuffer?)>>(readAhead);
        await using var source = extents.GetAsyncEnumerator(stop.Token);
        try
        {
            var hasMore = true;
            while (true)
            {
                while (hasMore && underWay.Count < readAhead)
                {
                    hasMore = await source.MoveNextAsync();
                    if (!hasMore)
                        break;
                    var extent = source.Current;
                    // On the pool, so that chunks are decoded on all cores while one is being written.
                    underWay.Enqueue(threads.Run(() => ReadAsync(extent, stop.Token)));
                }
                if (underWay.Count == 0)
                    yield break;
                yield return await underWay.Dequeue();
            }
        }
        finally
        {
            stop.Cancel();
            foreach (var task in underWay)
            {
                await ((Task)task).ConfigureAwait(
                    ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
                if (task.IsCompletedSuccessfully)
                    task.Result.Item2?.Dispose();
            }
        }
    }

    async Task<(long, PooledBuffer?)> ReadAsync(Extent extent, CancellationToken cancellationToken)
    {
        if (extent.Blob is not { } id)
            return (extent.Length, null);
        var content = await session.Blobs.ReadPooledAsync(BlobKind.Chunk, id, cancellationToken);
        if (content.Length == extent.Length)
            return (extent.Length, content);
        content.Dispose();
        throw new FormatViolationException(FailureKind.Content, "a chunk has another length than the manifest says");
    }

    static async Task WriteZerosAsync(long length, Stream destination, CancellationToken cancellationToken)
    {
        for (; length > 0; length -= Math.Min(length, Zeros.Length))
            await destination.WriteAsync(Zeros.AsMemory(0, (int)Math.Min(length, Zeros.Length)), cancellationToken);
    }
}
