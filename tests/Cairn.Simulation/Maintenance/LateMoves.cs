using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Simulation.Maintenance;

/// <summary>
/// How a scripted repacker stores its moves: long after its new packs, which all others see meanwhile; or, breaking R1,
/// only after what was done on the strength of them.
/// </summary>
sealed class LateMoves(IObjectStore inner, bool isLast, Func<Task> pause) : IObjectStore
{
    readonly List<Func<CancellationToken, Task>> _held = [];

    public string Location => inner.Location;
    public StoreCapabilities Capabilities => inner.Capabilities;

    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        foreach (var put in _held)
            await put(cancellationToken);
    }

    public async Task<PutOutcome> PutAsync(
        ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions options,
        CancellationToken cancellationToken)
    {
        var isMove = key.Value.StartsWith("moves/", StringComparison.Ordinal);
        if (isMove && isLast)
        {
            ReadOnlyMemory<byte>[] copy = [.. content.Select(part => (ReadOnlyMemory<byte>)part.ToArray())];
            _held.Add(cancellation => inner.PutAsync(key, copy, options, cancellation));
            return PutOutcome.Stored;
        }
        if (isMove)
            await pause();
        return await inner.PutAsync(key, content, options, cancellationToken);
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
}
