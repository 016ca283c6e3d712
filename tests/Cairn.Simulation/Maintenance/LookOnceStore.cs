using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Simulation.Maintenance;

/// <summary>
/// Breaks L2: once something was announced, shows no ledger and no snapshot that was not there before. (A snapshot
/// without its ledger is a gap, at which everything is renewed.)
/// </summary>
sealed class LookOnceStore(IObjectStore inner) : IObjectStore, IVersionedStore
{
    static readonly string[] Looked = ["ledgers/", "snapshots/"];

    readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    bool _hasAnnounced;

    public string Location => inner.Location;
    public StoreCapabilities Capabilities => inner.Capabilities;
    public IObjectVersions Versions => new SeenVersions(this, Invariant.NotNull(inner.Versions));

    IObjectVersions? IVersionedStore.Versions => Versions;

    public Task<PutOutcome> PutAsync(
        ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions options,
        CancellationToken cancellationToken)
    {
        _hasAnnounced |= key.Value.StartsWith("retired/", StringComparison.Ordinal);
        return inner.PutAsync(key, content, options, cancellationToken);
    }

    public Task<PooledBuffer> GetAsync(
        ObjectKey key, ByteRange range, int maxBytes, CancellationToken cancellationToken) =>
        inner.GetAsync(key, range, maxBytes, cancellationToken);

    public Task<ObjectInfo?> StatAsync(ObjectKey key, CancellationToken cancellationToken) =>
        inner.StatAsync(key, cancellationToken);

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken) =>
        inner.ListAsync(prefix, cancellationToken);

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) =>
        inner.DeleteAsync(key, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    bool IsShown(ListedVersion version)
    {
        if (!Looked.Any(prefix => version.Name.StartsWith(prefix, StringComparison.Ordinal)))
            return true;
        if (!_hasAnnounced)
            _seen.Add(version.Name);
        return _seen.Contains(version.Name);
    }

    sealed class SeenVersions(LookOnceStore store, IObjectVersions inner) : IObjectVersions
    {
        public DateTimeOffset? Now => inner.Now;

        public async Task<VersionPage> ListPageAsync(
            string prefix, VersionPosition? after, CancellationToken cancellationToken)
        {
            var page = await inner.ListPageAsync(prefix, after, cancellationToken);
            return page with { Versions = [.. page.Versions.Where(store.IsShown)] };
        }

        public Task<PooledBuffer> GetAsync(
            ObjectVersionKey version, ByteRange range, int maxBytes, CancellationToken cancellationToken) =>
            inner.GetAsync(version, range, maxBytes, cancellationToken);

        public Task<HeldLock?> GetLockAsync(ObjectVersionKey version, CancellationToken cancellationToken) =>
            inner.GetLockAsync(version, cancellationToken);

        public Task<ObjectEvidence> GetEvidenceAsync(
            ObjectVersionKey version, CancellationToken cancellationToken) =>
            inner.GetEvidenceAsync(version, cancellationToken);

        public Task ExtendLockAsync(ObjectVersionKey version, HeldLock held, CancellationToken cancellationToken) =>
            inner.ExtendLockAsync(version, held, cancellationToken);

        public Task RemoveMarkerAsync(ObjectVersionKey marker, CancellationToken cancellationToken) =>
            inner.RemoveMarkerAsync(marker, cancellationToken);

        public Task PutOnTopAsync(
            ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions options,
            CancellationToken cancellationToken) =>
            inner.PutOnTopAsync(key, content, options, cancellationToken);
    }
}
