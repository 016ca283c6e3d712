using Cairn.Engine.Primitives;

namespace Cairn.Engine.Storage.Decorators;

/// <summary>
/// A store behind one that does the same with every request, those about versions among them; only a listing, which is
/// many requests, each does in its own way. Owns the store it wraps.
/// </summary>
public abstract class RequestDecorator(IObjectStore inner) : IObjectStore, IVersionedStore
{
    public string Location => inner.Location;
    public StoreCapabilities Capabilities => inner.Capabilities;
    public IObjectVersions? Versions => inner.Versions is { } versions ? new OwnVersions(this, versions) : null;

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

    public abstract IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private protected abstract Task<T> RunAsync<T>(Func<Task<T>> request, CancellationToken cancellationToken);

    sealed class OwnVersions(RequestDecorator store, IObjectVersions versions) : VersionsDecorator(versions)
    {
        protected override Task<T> RunAsync<T>(
            string request, Func<Task<T>> call, CancellationToken cancellationToken) =>
            store.RunAsync(call, cancellationToken);
    }
}
