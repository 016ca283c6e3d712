using Cairn.Engine.Repositories.Reading;

namespace Cairn.Engine.Operations.Restore;

/// <summary>
/// Fetches what a batch needs, in its order, ahead of the workers: so much at once that neither the way to a far store
/// nor a slow answer holds them up, and so little that memory is bounded. Begins with little, and fetches further ahead
/// each time a worker finds that what he takes has not come yet. Any worker takes the next.
/// </summary>
sealed class FetchAhead(
    List<WorkUnit> units, int[] rows, BlobReader blobs, FetchLimits limits, CancellationToken cancellationToken)
{
    readonly Lock _lock = new();
    readonly Queue<Fetch> _started = new();
    int _next;
    long _bytesAhead;
    long _bytesMax = limits.Bytes;
    bool _isStopped;

    /// <summary>The next unit and what it needs (nothing, if it is of empty files); null behind the last.</summary>
    public Fetch? Take()
    {
        lock (_lock)
        {
            Start();
            if (!_started.TryDequeue(out var fetch))
                return null;
            _bytesAhead -= fetch.Bytes;
            if (fetch.Range is { IsCompleted: false })
                _bytesMax = Math.Min(_bytesMax + fetch.Bytes, limits.BytesMax);
            Start();
            return fetch;
        }
    }

    /// <summary>Starts nothing further, and gives back what nobody took.</summary>
    public async Task StopAsync()
    {
        lock (_lock)
            _isStopped = true;
        while (_started.TryDequeue(out var fetch))
            await fetch.DropAsync();
    }

    void Start()
    {
        while (!_isStopped && _next < units.Count && (_started.Count == 0 || MayStart()))
        {
            var unit = units[_next++];
            var wanted = rows.AsMemory(unit.FirstRow, unit.RowCount);
            var bytes = unit.IsEmptyFiles ? 0 : blobs.BytesOf(unit.Pack, wanted.Span);
            _bytesAhead += bytes;
            _started.Enqueue(new Fetch(
                unit, unit.IsEmptyFiles ? null : blobs.FetchAsync(unit.Pack, wanted, cancellationToken), bytes));
        }
    }

    bool MayStart() => _started.Count < limits.Requests && _bytesAhead < _bytesMax;

    /// <summary>One that was started. Whoever takes it awaits the range and disposes it.</summary>
    public sealed record Fetch(WorkUnit Unit, Task<PackRange>? Range, int Bytes)
    {
        public async Task DropAsync()
        {
            if (Range is null)
                return;
            await ((Task)Range).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (Range.IsCompletedSuccessfully)
                Range.Result.Dispose();
        }
    }
}
