using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Recover;

/// <summary>Puts one object right after the other. What fails costs the others nothing.</summary>
sealed class RecoverExecution(
    Repository repository, IObjectStore store, IObjectVersions versions, WorkMonitor monitor)
{
    const int FailuresNamedMax = 20;

    // What everything gets that asks for none; not every store knows it by that name.
    const string UsualClass = "STANDARD";

    readonly Lock _lock = new();
    readonly List<string> _failures = [];
    long _recovered, _markers, _stored, _locked, _failed, _cold;

    public RecoverResult Result => new(
        _recovered, _markers, _stored, _locked, _failed > _failures.Count
            ? [.. _failures, $"and {_failed - _failures.Count} further objects were not put right"]
            : [.. _failures])
    {
        Cold = _cold,
    };

    public async ValueTask RecoverAsync(RecoverItem item, CancellationToken cancellationToken)
    {
        try
        {
            if (!item.ShowsBelowMarkers || !await TryRemoveMarkersAsync(item, cancellationToken))
                await StoreAgainAsync(item, cancellationToken);
            await RequireShownAsync(item, cancellationToken);
            Interlocked.Increment(ref _recovered);
            await PinAsync(item, cancellationToken);
        }
        catch (StoreException e) when (!e.IsTransient)
        {
            Fail(e);
        }
        monitor.Add(files: 1, item.Size);
    }

    /// <summary>False where the store does not allow it, or a marker could be something else by now.</summary>
    async Task<bool> TryRemoveMarkersAsync(RecoverItem item, CancellationToken cancellationToken)
    {
        if (item.Markers.Any(marker => marker.Id == ListedVersion.SharedId))
            return false;
        try
        {
            foreach (var marker in item.Markers)
            {
                await versions.RemoveMarkerAsync(marker, cancellationToken);
                Interlocked.Increment(ref _markers);
            }
            return true;
        }
        catch (StoreException e) when (e.Kind is StoreErrorKind.Refused or StoreErrorKind.Protected)
        {
            return false;
        }
    }

    async Task StoreAgainAsync(RecoverItem item, CancellationToken cancellationToken)
    {
        var key = item.Good.Key;
        using var bytes = await versions.GetAsync(
            item.Good, ByteRange.Whole, AuthenticVersions.MaxBytesOf(key), cancellationToken);
        if (!AuthenticVersions.IsMatch(key, bytes.Span, repository.Id))
            throw new StoreException(
                StoreErrorKind.Failed, $"{key} was not stored again: its good version reads differently now", key);
        var options = PutOptions.Hot with
        {
            Lock = repository.Descriptor.Lease?.Lock, StorageClass = ClassOf(item),
        };
        // Below a marker the name is free, so whoever may only add can do it.
        if (!item.IsHidden
            || await store.PutAsync(key, [bytes.Memory], options, cancellationToken) == PutOutcome.AlreadyThere)
            await versions.PutOnTopAsync(key, [bytes.Memory], options, cancellationToken);
        Interlocked.Increment(ref _stored);
    }

    // A pack goes where it was, cold or not: the class was chosen for what it costs. All else must be readable at once.
    static string? ClassOf(RecoverItem item) =>
        ObjectNames.TryParsePack(item.Good.Key, out _) && item.StorageClass != UsualClass ? item.StorageClass : null;

    async Task RequireShownAsync(RecoverItem item, CancellationToken cancellationToken)
    {
        var key = item.Good.Key;
        if ((await store.StatAsync(key, cancellationToken))?.Size != item.Size)
            throw new StoreException(
                StoreErrorKind.Failed,
                $"{key} does not show as it was stored: somebody goes on hiding or replacing it. "
                + "Take away his rights first, then recover again", key);
    }

    /// <summary>By its version, so that nobody can remove it once its old lock has ended.</summary>
    async Task PinAsync(RecoverItem item, CancellationToken cancellationToken)
    {
        if (repository.Descriptor.Lease is not { } policy)
            return;
        var now = versions.Now ?? throw new StoreException(
            StoreErrorKind.Failed, $"{store.Location} does not tell its time, by which locks end");
        var held = await versions.GetLockAsync(item.Good, cancellationToken);
        if (!policy.IsDue(held, now))
            return;
        await versions.ExtendLockAsync(item.Good, policy.Renewed(held, now), cancellationToken);
        Interlocked.Increment(ref _locked);
    }

    void Fail(StoreException e)
    {
        lock (_lock)
        {
            _failed++;
            _cold += e.Kind == StoreErrorKind.Cold ? 1 : 0;
            if (_failures.Count < FailuresNamedMax)
                _failures.Add(e.Message);
        }
    }
}
