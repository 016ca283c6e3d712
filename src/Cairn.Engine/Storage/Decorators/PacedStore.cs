using Cairn.Engine.Primitives;

namespace Cairn.Engine.Storage.Decorators;

/// <summary>
/// Asks a store as often at once as it bears, and no more: see <see cref="Pace"/>. Belongs inside of a
/// <see cref="RetryingStore"/>, so that who waits for the next attempt holds no place. Owns the store it wraps.
/// </summary>
/// <param name="first">Calls at once in the beginning; at least 1.</param>
/// <param name="max">Calls at once that are never exceeded.</param>
public sealed class PacedStore(IObjectStore inner, int first, int max) : IObjectStore, IVersionedStore
{
    readonly Pace _pace = new(first, max);

    public string Location => inner.Location;
    public StoreCapabilities Capabilities => inner.Capabilities;
    public IObjectVersions? Versions => inner.Versions is { } versions ? new OwnVersions(this, versions) : null;

    /// <summary>Calls at once that are allowed now.</summary>
    public int Limit => _pace.Limit;

    public Task<PutOutcome> PutAsync(
        ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions options,
        CancellationToken cancellationToken) =>
        RunAsync(() => inner.PutAsync(key, content, options, cancellationToken), cancellationToken);

    public Task<PooledBuffer> GetAsync(
        ObjectKey key, ByteRange range, int maxBytes, CancellationToken cancellationToken) =>
        RunAsync(() => inner.GetAsync(key, range, maxBytes, cancellationToken), cancellationToken);

    public Task<ObjectInfo?> StatAsync(ObjectKey key, CancellationToken cancellationToken) =>
        RunAsync(() => inner.StatAsync(key, cancellationToken), cancellationToken);

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) =>
        RunAsync(
            async () =>
            {
                await inner.DeleteAsync(key, cancellationToken);
                return true;
            },
            cancellationToken);

    /// <summary>Goes through as it is: a listing is one request after the other, and there are few.</summary>
    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken) =>
        inner.ListAsync(prefix, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    async Task<T> RunAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var ticket = await _pace.EnterAsync(cancellationToken);
        var wasThrottled = false;
        try
        {
            return await call();
        }
        catch (StoreException e) when (e.Kind == StoreErrorKind.Throttled)
        {
            wasThrottled = true;
            throw;
        }
        finally
        {
            _pace.Leave(ticket, wasThrottled);
        }
    }

    sealed class OwnVersions(PacedStore store, IObjectVersions versions) : VersionsDecorator(versions)
    {
        protected override Task<T> RunAsync<T>(
            string request, Func<Task<T>> call, CancellationToken cancellationToken) =>
            store.RunAsync(call, cancellationToken);
    }
}
