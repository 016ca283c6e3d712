using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;
using Cairn.Testing.Simulated.Buckets;
using Cairn.Testing.Stores;

namespace Cairn.Testing.Simulated.Stores;

public sealed partial class SimulatedStore
{
    /// <summary>Versions and locks: requests of this caller like any other.</summary>
    sealed class OwnVersions(SimulatedStore store) : IObjectVersions
    {
        public DateTimeOffset? Now => store.Bucket.Now;

        public async Task<VersionPage> ListPageAsync(
            string prefix, VersionPosition? after, CancellationToken cancellationToken)
        {
            var from = after is null ? null : new ListPosition(after.Name, after.Id);
            var (page, _) = await store.SendAsync<ListPage<Buckets.ListedVersion>>(
                StoreMember.List, prefix, () => () => store.Bucket.ListVersions(store.Caller, prefix, from),
                cancellationToken);
            return new VersionPage(
                [.. page.Entries.Select(ToListed)],
                page.Next is { } next ? new VersionPosition(next.Key, next.VersionId) : null);
        }

        public async Task<PooledBuffer> GetAsync(
            ObjectVersionKey version, ByteRange range, int maxBytes, CancellationToken cancellationToken)
        {
            var (answer, fate) = await store.SendAsync<GetAnswer>(
                StoreMember.Get, version.Key.Value,
                () => () => store.Bucket.Get(store.Caller, version.Key.Value, version.Id, ToHttp(range)),
                cancellationToken);
            var slice = ObjectSlice.Of(version.Key, answer.Version.Size, range, maxBytes);
            if (fate.Fault == SimulatedFault.Truncated)
                throw new StoreException(
                    StoreErrorKind.Unavailable, $"{version}: the answer ended too early", version.Key);
            var buffer = BufferPool.Shared.Rent(slice.Length);
            answer.Body.Span[..slice.Length].CopyTo(buffer.Span);
            return buffer;
        }

        public async Task<ObjectEvidence> GetEvidenceAsync(
            ObjectVersionKey version, CancellationToken cancellationToken)
        {
            var (found, _) = await store.SendAsync<ObjectVersion>(
                StoreMember.Stat, version.Key.Value,
                () => () => store.Bucket.Head(store.Caller, version.Key.Value, version.Id), cancellationToken);
            var sha256 = found.Checksum is { Kind: ChecksumKind.Sha256 } checksum
                ? new ObjectHash(Convert.FromBase64String(checksum.Value))
                : (ObjectHash?)null;
            // Who may not ask for locks is not told that there is one.
            var held = store.Caller.May(S3Actions.GetObjectRetention, version.Key.Value)
                && found.Retention is { } retention
                    ? new HeldLock((ObjectLockMode)retention.Mode, retention.RetainUntil)
                    : (HeldLock?)null;
            return new ObjectEvidence(found.Size, sha256, held);
        }

        public async Task<HeldLock?> GetLockAsync(ObjectVersionKey version, CancellationToken cancellationToken)
        {
            try
            {
                var (retention, _) = await store.SendAsync<Retention>(
                    StoreMember.Stat, version.Key.Value,
                    () => () => store.Bucket.GetRetention(store.Caller, version.Key.Value, version.Id),
                    cancellationToken);
                return new HeldLock((ObjectLockMode)retention.Mode, retention.RetainUntil);
            }
            catch (StoreException e) when (e.InnerException is S3Exception
            {
                Code: "NoSuchObjectLockConfiguration" or "MethodNotAllowed",
            })
            {
                return null;
            }
        }

        public Task ExtendLockAsync(ObjectVersionKey version, HeldLock held, CancellationToken cancellationToken)
        {
            Invariant.That(version.Id is not null);
            var retention = new Retention((LockMode)held.Mode, held.Until);
            return store.SendAsync<bool>(
                StoreMember.Put, version.Key.Value,
                () => () =>
                {
                    store.Bucket.PutRetention(store.Caller, version.Key.Value, version.Id, retention);
                    return true;
                },
                cancellationToken);
        }

        public Task RemoveMarkerAsync(ObjectVersionKey marker, CancellationToken cancellationToken)
        {
            Invariant.That(marker.Id is not null);
            return store.SendAsync<bool>(
                StoreMember.Delete, marker.Key.Value,
                () => () =>
                {
                    store.Bucket.DeleteVersion(store.Caller, marker.Key.Value, marker.Id);
                    return true;
                },
                cancellationToken);
        }

        public Task PutOnTopAsync(
            ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions options,
            CancellationToken cancellationToken)
        {
            var request = store.NewPut(key, content, options) with { IfNoneMatch = false };
            return store.SendAsync<ObjectVersion>(
                StoreMember.Put, key.Value, () => store.Bucket.BeginPut(store.Caller, request).Commit,
                cancellationToken);
        }

        static Engine.Storage.ListedVersion ToListed(Buckets.ListedVersion listed) => new(
            listed.Version.Key, listed.Version.VersionId, listed.Version.Size, listed.Version.LastModified,
            listed.Version.IsDeleteMarker, listed.IsLatest)
        {
            StorageClass = listed.Version.StorageClass.NameOf(),
        };
    }
}
