using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Repositories.Reading;

/// <summary>
/// Stretches of packs that hold pieces of manifests, for stores where a request costs more than its bytes: the pieces
/// of a snapshot lie beside each other in the order in which they are read, a few kilobytes each. Who goes from one
/// stretch to the next finds those behind it under way. What cannot be had this way is no failure: then the piece is
/// asked for by itself. Any thread.
/// </summary>
sealed class PieceWindows(Repository repository) : IDisposable
{
    const int WindowBytes = 512 << 10;
    const int KeptBytes = 8 * WindowBytes;

    static readonly ReadOnlyMemory<byte> Nothing = default;

    const int WindowsAhead = 2;

    readonly CancellationTokenSource _stop = new();
    readonly Lock _lock = new();
    readonly LruCache<(PackNumber Pack, int Window), Task<ReadOnlyMemory<byte>>> _windows = new(KeptBytes);
    long _bytesFetched;

    public long BytesFetched => Interlocked.Read(ref _bytesFetched);

    /// <summary>The stored bytes of a blob; empty where they are to be asked for singly.</summary>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(
        PackNumber number, PackFacts pack, int offset, int length, CancellationToken cancellationToken)
    {
        var window = offset / WindowBytes;
        if (repository.Store.Capabilities.HasCheapRanges || (offset + length - 1) / WindowBytes != window)
            return Nothing;
        var start = window * WindowBytes;
        var bytes = await TakeOrFetch(number, pack, window, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return offset - start + length <= bytes.Length ? bytes.Slice(offset - start, length) : Nothing;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    Task<ReadOnlyMemory<byte>> TakeOrFetch(
        PackNumber number, PackFacts pack, int at, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var window = Find(number, pack, at, cancellationToken);
            for (var next = at + 1; at > 0 && next <= at + WindowsAhead && next * WindowBytes < pack.PackSize; next++)
            {
                if (_windows.Contains((number, at - 1)))
                    Find(number, pack, next, _stop.Token);
            }
            return window;
        }
    }

    Task<ReadOnlyMemory<byte>> Find(
        PackNumber number, PackFacts pack, int window, CancellationToken cancellationToken)
    {
        // One that failed for a reason that may pass is in nobody's way.
        if (_windows.TryGet((number, window), out var known) && !known.IsFaulted)
            return known;
        var fetching = FetchAsync(pack, window * WindowBytes, cancellationToken);
        _windows.TryAdd((number, window), fetching, WindowBytes);
        return fetching;
    }

    // Whoever comes first asks for all, with his token: when he gives up, the others ask singly.
    async Task<ReadOnlyMemory<byte>> FetchAsync(PackFacts pack, int start, CancellationToken cancellationToken)
    {
        var length = Math.Min(WindowBytes, pack.PackSize - start);
        if (length <= 0)
            return Nothing;
        try
        {
            using var bytes = await repository.Store.GetAsync(
                ObjectNames.Pack(pack.Name), new ByteRange(start, length), length, cancellationToken);
            Interlocked.Add(ref _bytesFetched, bytes.Length);
            return bytes.Span.ToArray();
        }
        catch (Exception e) when (e is OperationCanceledException
            || (e is StoreException failure && ObjectProblem.IsAboutObject(failure.Kind)))
        {
            return Nothing;
        }
    }
}
