using System.Runtime.CompilerServices;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Storage.Decorators;

/// <summary>What was asked of one member of a store.</summary>
/// <param name="Requests">Calls; for LIST, listings begun.</param>
/// <param name="Failures">Calls that threw anything, cancellation included.</param>
/// <param name="Bytes">Content that got through: stored by PUT (not what was there already), returned by GET.</param>
/// <param name="Objects">Objects that got through: stored, returned, found, listed, deleted.</param>
public readonly record struct MemberUsage(long Requests, long Failures, long Bytes, long Objects);

public sealed record StoreUsage(
    MemberUsage Put, MemberUsage Get, MemberUsage Stat, MemberUsage List, MemberUsage Delete);

/// <summary>
/// Counts for the summary of a run. Inside a <see cref="RetryingStore"/> it counts attempts, outside operations.
/// Owns the store it wraps.
/// </summary>
public sealed class CountingStore(IObjectStore inner) : IObjectStore, IVersionedStore
{
    readonly Counter _put = new();
    readonly Counter _get = new();
    readonly Counter _stat = new();
    readonly Counter _list = new();
    readonly Counter _delete = new();

    public string Location => inner.Location;
    public StoreCapabilities Capabilities => inner.Capabilities;

    /// <summary>Not counted here: only maintenance asks for them, and tells itself how often.</summary>
    public IObjectVersions? Versions => inner.Versions;

    /// <summary>The counts by now. Calls under way may be counted in part.</summary>
    public StoreUsage Usage => new(_put.Usage, _get.Usage, _stat.Usage, _list.Usage, _delete.Usage);

    public Task<PutOutcome> PutAsync(
        ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions options,
        CancellationToken cancellationToken) =>
        _put.CountAsync(
            () => inner.PutAsync(key, content, options, cancellationToken),
            outcome => outcome == PutOutcome.Stored ? (1, content.Sum(part => (long)part.Length)) : (0, 0));

    public Task<PooledBuffer> GetAsync(
        ObjectKey key, ByteRange range, int maxBytes, CancellationToken cancellationToken) =>
        _get.CountAsync(
            () => inner.GetAsync(key, range, maxBytes, cancellationToken), buffer => (1, buffer.Length));

    public Task<ObjectInfo?> StatAsync(ObjectKey key, CancellationToken cancellationToken) =>
        _stat.CountAsync(() => inner.StatAsync(key, cancellationToken), info => (info is null ? 0 : 1, 0));

    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _list.Begin();
        await using var listing = inner.ListAsync(prefix, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await MoveAsync(listing))
            yield return listing.Current;
    }

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) =>
        _delete.CountAsync(
            async () =>
            {
                await inner.DeleteAsync(key, cancellationToken);
                return true;
            },
            _ => (1, 0));

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    async Task<bool> MoveAsync(IAsyncEnumerator<ObjectInfo> listing)
    {
        var failed = true;
        try
        {
            var more = await listing.MoveNextAsync();
            _list.Add(more ? 1 : 0, 0);
            failed = false;
            return more;
        }
        finally
        {
            if (failed)
                _list.Fail();
        }
    }

    sealed class Counter
    {
        long _requests, _failures, _bytes, _objects;

        public MemberUsage Usage => new(
            Interlocked.Read(ref _requests), Interlocked.Read(ref _failures),
            Interlocked.Read(ref _bytes), Interlocked.Read(ref _objects));

        public void Begin() => Interlocked.Increment(ref _requests);
        public void Fail() => Interlocked.Increment(ref _failures);

        public void Add(long objects, long bytes)
        {
            Interlocked.Add(ref _objects, objects);
            Interlocked.Add(ref _bytes, bytes);
        }

        public async Task<T> CountAsync<T>(Func<Task<T>> call, Func<T, (long Objects, long Bytes)> measure)
        {
            Begin();
            var failed = true;
            try
            {
                var result = await call();
                failed = false;
                var (objects, bytes) = measure(result);
                Add(objects, bytes);
                return result;
            }
            finally
            {
                if (failed)
                    Fail();
            }
        }
    }
}
