using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Cairn.Engine.Entries;
using Cairn.Engine.Indexing;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Repositories.Writing;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Copy;

/// <summary>
/// Finds for chunks of the source what they are called in the target. What the target is not known to have is read,
/// each blob decrypted and compared with its id under the source's key, and stored under the target's.
/// </summary>
sealed class BlobFetcher(
    ReadSession source, Repository target, ICopyTarget destination, PairMemory memory, RowsCounted counted,
    CopyOptions options, CopyMonitor monitor) : IDisposable
{
    // Of the present stretch: in the target by now, or to be fetched, with the lengths that the manifest gives them.
    readonly ConcurrentDictionary<BlobId, (BlobId Target, int Length)> _known = new();
    readonly Dictionary<BlobId, long> _wanted = [];
    readonly ConcurrentDictionary<BlobId, string> _failed = new();

    readonly ConcurrentBag<BlobWorker> _workers = [];

    public bool IsFull => _wanted.Count >= options.Limits.Blobs;

    public void Want(in Extent extent)
    {
        if (extent.Blob is not { } id || _known.ContainsKey(id) || _wanted.ContainsKey(id))
            return;
        if (memory.TryFind(id, out var known) && destination.TryReuse(known, extent.Length))
            _known[id] = (known, (int)extent.Length);
        else
            _wanted.Add(id, extent.Length);
    }

    /// <summary>All that is wanted is in the target then, or has failed.</summary>
    public async Task FetchAsync(CancellationToken cancellationToken)
    {
        var packs = await LocateAsync(cancellationToken);
        if (options.IsDryRun)
        {
            foreach (var (pack, rows) in packs)
                Count(pack, rows);
            return;
        }
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = options.Workers, CancellationToken = cancellationToken,
            TaskScheduler = target.Environment.Threads.Scheduler,
        };
        await Parallel.ForEachAsync(
            packs, parallel, async (pack, cancellation) => await FetchAsync(pack.Pack, pack.Rows, cancellation));
    }

    /// <summary>What the blob is called in the target, or why it cannot be had.</summary>
    public bool TryTranslate(
        BlobId id, long length, out BlobId translated, [NotNullWhen(returnValue: false)] out string? problem)
    {
        problem = null;
        translated = default;
        if (!_known.TryGetValue(id, out var known))
            problem = _failed.GetValueOrDefault(id) ?? $"the blob {id} was not copied";
        else if (known.Length != length)
            problem = $"a chunk has {known.Length} bytes where the manifest says {length}";
        else
            translated = known.Target;
        return problem is null;
    }

    /// <summary>The stretch is done.</summary>
    public void Clear()
    {
        _known.Clear();
        _wanted.Clear();
        _failed.Clear();
    }

    public void Dispose()
    {
        foreach (var worker in _workers)
            worker.Dispose();
    }

    void Count(PackNumber pack, int[] rows)
    {
        foreach (var row in rows)
        {
            if (counted.Add(source.Index, pack, row))
                monitor.AddRead(source.Index.GetRow(pack, row).PlainLength);
        }
    }

    async Task<List<(PackNumber Pack, int[] Rows)>> LocateAsync(CancellationToken cancellationToken)
    {
        var packs = new SortedDictionary<uint, List<int>>();
        foreach (var id in _wanted.Keys)
        {
            if (await source.Blobs.LocateAsync(id, cancellationToken) is not { } place)
            {
                _failed[id] = $"the blob {id} is missing: no pack that can be read holds it";
                continue;
            }
            if (!packs.TryGetValue(place.Pack.Value, out var rows))
                packs.Add(place.Pack.Value, rows = []);
            rows.Add(place.Row);
        }
        return [.. packs.Select(pack => (new PackNumber(pack.Key), pack.Value.Order().ToArray()))];
    }

    async Task FetchAsync(PackNumber pack, ReadOnlyMemory<int> rows, CancellationToken cancellationToken)
    {
        var threads = target.Environment.Threads;
        if (!_workers.TryTake(out var worker))
            worker = new BlobWorker(target.Environment.Buffers, options.CompressionLevel);
        try
        {
            var sink = new RowSink(this, worker);
            while (rows.Length > 0)
            {
                var count = source.Blobs.CountOfNextRange(pack, rows.Span);
                var range = await source.Blobs.FetchAsync(pack, rows[..count], cancellationToken);
                // Storing waits while too many packs are under way.
                await threads.RunBlocking(() => source.Blobs.Decode(range, sink));
                rows = rows[count..];
            }
            foreach (var (id, _) in sink.Damaged)
                await FetchElsewhereAsync(id, worker, cancellationToken);
        }
        finally
        {
            _workers.Add(worker);
        }
    }

    // Also from another place in this pack, or from a pack that no index names.
    async Task FetchElsewhereAsync(BlobId id, BlobWorker worker, CancellationToken cancellationToken)
    {
        try
        {
            using var plain = await source.Blobs.ReadPooledAsync(BlobKind.Chunk, id, cancellationToken);
            await target.Environment.Threads.RunBlocking(() => Take(id, plain.Span, worker));
        }
        catch (DamagedObjectException e)
        {
            _failed[id] = e.Message;
        }
    }

    void Take(BlobId id, ReadOnlySpan<byte> plain, BlobWorker worker)
    {
        monitor.AddRead(plain.Length);
        var stored = destination.Store(BlobKind.Chunk, plain, worker);
        _known[id] = (stored, plain.Length);
        memory.Add(id, stored);
    }

    sealed class RowSink(BlobFetcher fetcher, BlobWorker worker) : IPackRowSink
    {
        public List<(BlobId Id, DamagedObjectException Damage)> Damaged { get; } = [];

        public void OnRow(int row, in PackRow facts, ReadOnlySpan<byte> plain)
        {
            if (facts.Kind == BlobKind.Chunk)
                fetcher.Take(facts.Id, plain, worker);
            else
                fetcher._failed[facts.Id] = $"the blob {facts.Id} is not a chunk of a file";
        }

        public void OnDamaged(int row, in PackRow facts, DamagedObjectException damage) =>
            Damaged.Add((facts.Id, damage));
    }
}
