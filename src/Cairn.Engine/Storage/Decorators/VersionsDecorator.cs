using Cairn.Engine.Primitives;

namespace Cairn.Engine.Storage.Decorators;

/// <summary>
/// The versions of a store behind a decorator, which does with each request what it does with others.
/// </summary>
abstract class VersionsDecorator(IObjectVersions inner) : IObjectVersions
{
    public DateTimeOffset? Now => inner.Now;

    public Task<VersionPage> ListPageAsync(
        string prefix, VersionPosition? after, CancellationToken cancellationToken) =>
        RunAsync(
            $"LIST versions of {prefix}", () => inner.ListPageAsync(prefix, after, cancellationToken),
            cancellationToken);

    public Task<PooledBuffer> GetAsync(
        ObjectVersionKey version, ByteRange range, int maxBytes, CancellationToken cancellationToken) =>
        RunAsync(
            $"GET {version} by version", () => inner.GetAsync(version, range, maxBytes, cancellationToken),
            cancellationToken);

    public Task<ObjectEvidence> GetEvidenceAsync(ObjectVersionKey version, CancellationToken cancellationToken) =>
        RunAsync(
            $"HEAD {version} by version", () => inner.GetEvidenceAsync(version, cancellationToken), cancellationToken);

    public Task<HeldLock?> GetLockAsync(ObjectVersionKey version, CancellationToken cancellationToken) =>
        RunAsync($"GET lock of {version}", () => inner.GetLockAsync(version, cancellationToken), cancellationToken);

    public virtual Task ExtendLockAsync(
        ObjectVersionKey version, HeldLock held, CancellationToken cancellationToken) =>
        RunAsync(
            $"PUT lock of {version}",
            async () =>
            {
                await inner.ExtendLockAsync(version, held, cancellationToken);
                return true;
            },
            cancellationToken);

    public virtual Task RemoveMarkerAsync(ObjectVersionKey marker, CancellationToken cancellationToken) =>
        RunAsync(
            $"DELETE marker of {marker}",
            async () =>
            {
                await inner.RemoveMarkerAsync(marker, cancellationToken);
                return true;
            },
            cancellationToken);

    public virtual Task PutOnTopAsync(
        ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions options,
        CancellationToken cancellationToken) =>
        RunAsync(
            $"PUT {key} on top",
            async () =>
            {
                await inner.PutOnTopAsync(key, content, options, cancellationToken);
                return true;
            },
            cancellationToken);

    /// <param name="request">For a trace.</param>
    protected abstract Task<T> RunAsync<T>(
        string request, Func<Task<T>> call, CancellationToken cancellationToken);
}
