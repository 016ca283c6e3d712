using Cairn.Engine.Primitives;

namespace Cairn.Engine.Storage.Decorators;

/// <summary>
/// Has every object locked in the PUT that stores it, whoever stores it: what a repository's descriptor asks for must
/// not depend on each writer's remembering it. Borrows the store it wraps.
/// </summary>
public sealed class LockingStore(IObjectStore inner, ObjectLock objectLock)
    : IObjectStore, IVersionedStore, IOtherVersions
{
    public string Location => inner.Location;
    public StoreCapabilities Capabilities => inner.Capabilities;
    public IObjectVersions? Versions => inner.Versions;

    public Task<PutOutcome> PutAsync(
        ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions options,
        CancellationToken cancellationToken) =>
        inner.PutAsync(key, content, options with { Lock = objectLock }, cancellationToken);

    public Task<PooledBuffer> GetAsync(
        ObjectKey key, ByteRange range, int maxBytes, CancellationToken cancellationToken) =>
        inner.GetAsync(key, range, maxBytes, cancellationToken);

    public Task<ObjectInfo?> StatAsync(ObjectKey key, CancellationToken cancellationToken) =>
        inner.StatAsync(key, cancellationToken);

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken) =>
        inner.ListAsync(prefix, cancellationToken);

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) =>
        inner.DeleteAsync(key, cancellationToken);

    public Task<bool> TryReplaceAsync(ObjectKey key, CancellationToken cancellationToken) =>
        inner.TryReplaceAsync(key, cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
