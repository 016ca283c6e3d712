using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Simulation.Maintenance;

/// <summary>
/// Stores what is below a prefix long after what came before it, which all others see meanwhile: how a scripted
/// repacker stores its moves. Or, breaking R1 or L1, only after what was done on the strength of it.
/// </summary>
sealed class LatePuts(IObjectStore inner, string prefix, bool isLast, Func<Task> pause) : IObjectStore, IVersionedStore
{
    readonly List<Func<CancellationToken, Task>> _held = [];

    public string Location => inner.Location;
    public StoreCapabilities Capabilities => inner.Capabilities;
    public IObjectVersions? Versions => inner.Versions;

    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        foreach (var put in _held)
            await put(cancellationToken);
    }

    public async Task<PutOutcome> PutAsync(
        ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions options,
        CancellationToken cancellationToken)
    {
        var isLate = key.Value.StartsWith(prefix, StringComparison.Ordinal);
        if (isLate && isLast)
        {
            ReadOnlyMemory<byte>[] copy = [.. content.Select(part => (ReadOnlyMemory<byte>)part.ToArray())];
            _held.Add(cancellation => inner.PutAsync(key, copy, options, cancellation));
            return PutOutcome.Stored;
        }
        if (isLate)
            await pause();
        return await inner.PutAsync(key, content, options, cancellationToken);
    }

    public Task<PooledBuffer> GetAsync(
        ObjectKey key, ByteRange range, int maxBytes, CancellationToken cancellationToken) =>
        inner.GetAsync(key, range, maxBytes, cancellationToken);

    public Task<ObjectInfo?> StatAsync(ObjectKey key, CancellationToken cancellationToken) =>
        inner.StatAsync(key, cancellationToken);

    public IAsyncEnumerable<ObjectInfo> ListAsync(string below, CancellationToken cancellationToken) =>
        inner.ListAsync(below, cancellationToken);

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) =>
        inner.DeleteAsync(key, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
