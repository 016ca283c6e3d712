using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Storage.Spool;

public sealed record SpoolRoomOptions
{
    /// <summary>Bytes of packs that may wait in the spool; null for as many as the disk takes.</summary>
    public long? SizeMax { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>
    /// A backup begins to wait for room; disposed when it goes on. Whoever pushes sees it, and makes room.
    /// </summary>
    public required Func<string, IDisposable> Wait { get; init; }
}

/// <summary>
/// Room for packs in a spool. Whoever finds none waits until a push has made some, rather than fail: because of the
/// limit, and because the disk is full.
/// </summary>
public sealed class SpoolRoom(SpoolParts parts, SpoolRoomOptions options)
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    readonly SemaphoreSlim _one = new(1);
    long _used = -1;

    public async Task<PutOutcome> PutAsync(
        long size, Func<Task<PutOutcome>> put, CancellationToken cancellationToken)
    {
        IDisposable? waiting = null;
        try
        {
            while (true)
            {
                if (await TryReserveAsync(size, cancellationToken) is { } none)
                {
                    waiting ??= options.Wait(none);
                    await Task.Delay(Pause, options.Time, cancellationToken);
                    continue;
                }
                try
                {
                    return await put();
                }
                catch (StoreException e) when (e.Kind == StoreErrorKind.Full)
                {
                    Interlocked.Add(ref _used, -size);
                    waiting ??= options.Wait(e.Message);
                    await Task.Delay(Pause, options.Time, cancellationToken);
                }
            }
        }
        finally
        {
            waiting?.Dispose();
        }
    }

    /// <summary>Null if there is room; else why not.</summary>
    async Task<string?> TryReserveAsync(long size, CancellationToken cancellationToken)
    {
        if (size == 0 || options.SizeMax is not { } max)
            return null;
        await _one.WaitAsync(cancellationToken);
        try
        {
            // Counted anew only where it matters: a push has made room since.
            if (_used < 0 || _used + size > max)
                _used = await MeasureAsync(cancellationToken);
            // A spool that is smaller than a pack takes one at a time.
            if (_used > 0 && _used + size > max)
                return $"it holds {ByteSize.Format(_used)} of {ByteSize.Format(max)}";
            _used += size;
            return null;
        }
        finally
        {
            _one.Release();
        }
    }

    async Task<long> MeasureAsync(CancellationToken cancellationToken)
    {
        var used = 0L;
        foreach (var part in (IObjectStore[])[parts.Hot, parts.Data])
        {
            await foreach (var info in part.ListAsync(ObjectNames.Packs, cancellationToken))
                used += info.Size;
        }
        return used;
    }
}
