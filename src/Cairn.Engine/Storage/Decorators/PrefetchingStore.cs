using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Storage.Decorators;

/// <summary>
/// Begins side by side, as soon as it is made, what whoever opens a repository asks for one after the other: each would
/// cost a round trip to a far store. Who asks for it gets the request that is under way, once; everything else goes
/// through. A look that must come after an announcement does: what was begun before this store wrote anything is not
/// given afterwards (docs/design/commit-protocol.md, H3), nor what is old. Owns the store it wraps.
/// </summary>
public sealed class PrefetchingStore : IObjectStore, IVersionedStore
{
    // More are read side by side by whoever wants them, or are so many that a round trip is nothing.
    const int NamesMax = 10_000;
    const int ObjectsMax = 64;
    const int ObjectBytesMax = 64 << 10;

    /// <summary>Somebody may have been asked for a passphrase meanwhile.</summary>
    static readonly TimeSpan Freshness = TimeSpan.FromSeconds(10);

    readonly IObjectStore _inner;
    readonly TimeProvider _time;
    readonly long _start;
    readonly CancellationTokenSource _stop = new();
    readonly ConcurrentDictionary<string, Task<List<ObjectInfo>?>> _listings = [];
    readonly ConcurrentDictionary<ObjectKey, Task<PooledBuffer>> _objects = [];
    readonly Task _all;
    volatile bool _isOver;

    public PrefetchingStore(IObjectStore inner, PrefetchPlan plan, TimeProvider time)
    {
        (_inner, _time, _start) = (inner, time, time.GetTimestamp());
        _all = Task.WhenAll(plan.Chains.SelectMany(Begin));
    }

    public string Location => _inner.Location;
    public StoreCapabilities Capabilities => _inner.Capabilities;
    public IObjectVersions? Versions => _inner.Versions;

    public Task<PutOutcome> PutAsync(
        ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions options,
        CancellationToken cancellationToken)
    {
        _isOver = true;
        return _inner.PutAsync(key, content, options, cancellationToken);
    }

    public async Task<PooledBuffer> GetAsync(
        ObjectKey key, ByteRange range, int maxBytes, CancellationToken cancellationToken)
    {
        if (range.IsWhole && maxBytes >= ObjectBytesMax && IsFresh && _objects.TryRemove(key, out var early)
            && await TakeAsync(early, cancellationToken) is { } bytes)
            return bytes;
        return await _inner.GetAsync(key, range, maxBytes, cancellationToken);
    }

    public Task<ObjectInfo?> StatAsync(ObjectKey key, CancellationToken cancellationToken) =>
        _inner.StatAsync(key, cancellationToken);

    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (IsFresh && _listings.TryRemove(prefix, out var early)
            && await early.WaitAsync(cancellationToken) is { } all)
        {
            foreach (var info in all)
                yield return info;
            yield break;
        }
        await foreach (var info in _inner.ListAsync(prefix, cancellationToken))
            yield return info;
    }

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        _isOver = true;
        return _inner.DeleteAsync(key, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _stop.Cancel();
        await _all.ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        foreach (var early in _objects.Values)
            await DropAsync(early);
        await _inner.DisposeAsync();
        _stop.Dispose();
    }

    bool IsFresh => !_isOver && _time.GetElapsedTime(_start) < Freshness;

    /// <summary>All of a chain is on offer from the beginning, though a listing begins behind the one before.</summary>
    List<Task> Begin(IReadOnlyList<PrefetchStep> chain)
    {
        var all = new List<Task>();
        Task before = Task.CompletedTask;
        foreach (var step in chain)
        {
            var listing = ListAsync(step, before);
            _listings[step.Prefix] = listing;
            all.Add(GetAllAsync(step, listing));
            before = listing;
        }
        return all;
    }

    /// <summary>Null if there are too many to keep, or the listing before failed: nothing is begun then.</summary>
    async Task<List<ObjectInfo>?> ListAsync(PrefetchStep step, Task before)
    {
        await before.ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (!before.IsCompletedSuccessfully)
            return null;
        var all = new List<ObjectInfo>();
        await foreach (var info in _inner.ListAsync(step.Prefix, _stop.Token))
        {
            if (all.Count == NamesMax)
                return null;
            all.Add(info);
        }
        foreach (var info in all.Where(info => step.IncludesObjects && IsSmall(info)).Take(ObjectsMax))
            _objects[info.Key] = _inner.GetAsync(info.Key, ByteRange.Whole, ObjectBytesMax, _stop.Token);
        return all;
    }

    async Task GetAllAsync(PrefetchStep step, Task<List<ObjectInfo>?> listing)
    {
        foreach (var info in await listing ?? [])
        {
            if (step.IncludesObjects && _objects.TryGetValue(info.Key, out var early))
                await ((Task)early).ConfigureAwait(
                    ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    static bool IsSmall(ObjectInfo info) => info.ForeignName is null && info.Size <= ObjectBytesMax;

    /// <summary>Null if it is larger than the listing said: who asks knows how much he takes.</summary>
    static async Task<PooledBuffer?> TakeAsync(Task<PooledBuffer> early, CancellationToken cancellationToken)
    {
        try
        {
            return await early.WaitAsync(cancellationToken);
        }
        catch (StoreException e) when (e.Kind == StoreErrorKind.TooLarge)
        {
            return null;
        }
        catch (OperationCanceledException)
        {
            _ = DropAsync(early);
            throw;
        }
    }

    static async Task DropAsync(Task<PooledBuffer> early)
    {
        await ((Task)early).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (early.IsCompletedSuccessfully)
            early.Result.Dispose();
    }
}

/// <summary>A prefix to list, and whether what it names is fetched as well, where it is small.</summary>
public readonly record struct PrefetchStep(string Prefix, bool IncludesObjects);

/// <summary>What is begun ahead: chains side by side, in each a listing behind the one before it.</summary>
public sealed record PrefetchPlan(params IReadOnlyList<IReadOnlyList<PrefetchStep>> Chains);
