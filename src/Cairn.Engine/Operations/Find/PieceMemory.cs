using Cairn.Engine.Manifests;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories.Reading;

namespace Cairn.Engine.Operations.Find;

/// <summary>
/// Reads pieces, several at once, and remembers those that were asked for ahead. All snapshots go through a piece
/// together, so that none is needed long. One thread asks.
/// </summary>
sealed class PieceMemory(IBlobSource source, FindOptions options, CancellationToken cancellationToken)
    : IAsyncDisposable
{
    // Twice what is asked for ahead. Of a leaf that matches as a whole, entries and piece are some hundred KiB.
    const int PiecesMax = 48;

    readonly LruCache<BlobId, Task<FoundPiece>> _pieces = new(PiecesMax);
    readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    readonly List<Task> _running = [];

    // Whichever was read last: all snapshots go through a place together, so it is mostly one of the same place.
    volatile FoundPiece? _former;

    /// <summary>Begins to read; whoever wants the piece later finds it at hand.</summary>
    public Task<FoundPiece> Request(BlobId id, int level)
    {
        if (_pieces.TryGet(id, out var known))
            return known;
        var reading = Task.Run(() => ReadAsync(id, level), _stop.Token);
        _pieces.TryAdd(id, reading, cost: 1);
        _running.RemoveAll(task => task.IsCompletedSuccessfully);
        _running.Add(reading);
        return reading;
    }

    // Nothing runs on behind the caller's back.
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var task in _running)
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    async Task<FoundPiece> ReadAsync(BlobId id, int level)
    {
        var piece = await source.ReadAsync(BlobKind.Manifest, id, _stop.Token);
        if (level > 0)
            return FoundPiece.OfUpper(piece, level);
        return _former = FoundPiece.OfLeaf(piece, options, _former);
    }
}
