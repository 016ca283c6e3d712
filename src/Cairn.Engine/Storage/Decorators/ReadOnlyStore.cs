using Cairn.Engine.Primitives;

namespace Cairn.Engine.Storage.Decorators;

/// <summary>
/// Refuses to change anything: for commands that only read, whatever a bug in them may try. Owns the store it wraps.
/// </summary>
public sealed class ReadOnlyStore(IObjectStore inner) : IObjectStore, IVersionedStore
{
    public string Location => inner.Location;
    public StoreCapabilities Capabilities => inner.Capabilities;
    public IObjectVersions? Versions => inner.Versions is { } versions ? new OwnVersions(this, versions) : null;

    public Task<PutOutcome> PutAsync(
        ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions options,
        CancellationToken cancellationToken) =>
        Task.FromException<PutOutcome>(Refusal(key, "stored"));

    public Task<PooledBuffer> GetAsync(
        ObjectKey key, ByteRange range, int maxBytes, CancellationToken cancellationToken) =>
        inner.GetAsync(key, range, maxBytes, cancellationToken);

    public Task<ObjectInfo?> StatAsync(ObjectKey key, CancellationToken cancellationToken) =>
        inner.StatAsync(key, cancellationToken);

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken) =>
        inner.ListAsync(prefix, cancellationToken);

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) =>
        Task.FromException(Refusal(key, "deleted"));

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    StoreException Refusal(ObjectKey key, string what) =>
        new(
            StoreErrorKind.Refused,
            $"{key} was not {what}: {inner.Location} is open for reading only; use a command that may write",
            key);

    sealed class OwnVersions(ReadOnlyStore store, IObjectVersions versions) : VersionsDecorator(versions)
    {
        public override Task ExtendLockAsync(
            ObjectVersionKey version, HeldLock held, CancellationToken cancellationToken) =>
            Task.FromException(store.Refusal(version.Key, "locked"));

        public override Task RemoveMarkerAsync(ObjectVersionKey marker, CancellationToken cancellationToken) =>
            Task.FromException(store.Refusal(marker.Key, "shown again"));

        public override Task PutOnTopAsync(
            ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions options,
            CancellationToken cancellationToken) =>
            Task.FromException(store.Refusal(key, "stored"));

        protected override Task<T> RunAsync<T>(
            string request, Func<Task<T>> call, CancellationToken cancellationToken) => call();
    }
}
