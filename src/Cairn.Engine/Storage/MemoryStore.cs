using System.Runtime.CompilerServices;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Storage;

/// <summary>
/// A store in memory: for tests, simulations and dry runs. Its objects survive as long as the process, so its
/// durability is only as good as that.
/// </summary>
/// <param name="time">Gives objects their modification time; without it they have none.</param>
public sealed class MemoryStore(TimeProvider? time = null, string location = "memory:") : IObjectStore
{
    readonly Lock _lock = new();
    readonly Dictionary<string, Stored> _objects = new(StringComparer.Ordinal);

    public string Location => location;

    public StoreCapabilities Capabilities { get; } =
        new() { ListsWhatWasWritten = true, Concurrency = 8, HasCheapRanges = true };

    public int Count
    {
        get
        {
            lock (_lock)
                return _objects.Count;
        }
    }

    public Task<PutOutcome> PutAsync(
        ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions options,
        CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<PutOutcome>(cancellationToken);
        if (options.Lock is not null)
            return Task.FromException<PutOutcome>(PutOptions.NoLocks(key, location));
        var bytes = Join(content);
        lock (_lock)
            return Task.FromResult(
                _objects.TryAdd(key.Value, new Stored(bytes, time?.GetUtcNow()))
                    ? PutOutcome.Stored
                    : PutOutcome.AlreadyThere);
    }

    public async Task<PooledBuffer> GetAsync(
        ObjectKey key, ByteRange range, int maxBytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Find(key) is not { } found)
            throw new StoreException(StoreErrorKind.NotFound, $"{key}: there is no such object in {location}", key);
        var slice = ObjectSlice.Of(key, found.Bytes.Length, range, maxBytes);
        var buffer = BufferPool.Shared.Rent(slice.Length);
        found.Bytes.AsSpan((int)slice.Offset, slice.Length).CopyTo(buffer.Span);
        return await Task.FromResult(buffer);
    }

    public Task<ObjectInfo?> StatAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<ObjectInfo?>(cancellationToken);
        return Task.FromResult<ObjectInfo?>(
            Find(key) is { } found ? new ObjectInfo(key, found.Bytes.Length, found.Modified) : null);
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Invariant.That(ObjectKey.IsPrefix(prefix));
        foreach (var info in Snapshot(prefix))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return await Task.FromResult(info);
        }
        cancellationToken.ThrowIfCancellationRequested();
    }

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled(cancellationToken);
        lock (_lock)
            _objects.Remove(key.Value);
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>
    /// Puts anything under any name, replacing what was there: what an attacker with access to the store, or a
    /// failing disk, would do. Tests only.
    /// </summary>
    public void Plant(string name, ReadOnlySpan<byte> content)
    {
        var bytes = content.ToArray();
        lock (_lock)
            _objects[name] = new Stored(bytes, time?.GetUtcNow());
    }

    Stored? Find(ObjectKey key)
    {
        lock (_lock)
            return _objects.GetValueOrDefault(key.Value);
    }

    List<ObjectInfo> Snapshot(string prefix)
    {
        var found = new List<ObjectInfo>();
        lock (_lock)
            foreach (var (name, stored) in _objects)
                if (name.StartsWith(prefix, StringComparison.Ordinal))
                    found.Add(
                        ObjectKey.TryParse(name, out var key)
                            ? new ObjectInfo(key, stored.Bytes.Length, stored.Modified)
                            : new ObjectInfo(default, stored.Bytes.Length, stored.Modified, name));
        found.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return found;
    }

    static byte[] Join(IReadOnlyList<ReadOnlyMemory<byte>> content)
    {
        var bytes = new byte[content.Sum(part => part.Length)];
        var offset = 0;
        foreach (var part in content)
        {
            part.CopyTo(bytes.AsMemory(offset));
            offset += part.Length;
        }
        return bytes;
    }

    sealed record Stored(byte[] Bytes, DateTimeOffset? Modified);
}
