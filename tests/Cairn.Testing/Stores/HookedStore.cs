using System.Runtime.CompilerServices;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Testing.Stores;

/// <param name="IsEnd">The call has returned; otherwise it begins.</param>
public readonly record struct StoreEvent(StoreMember Member, string Name, bool IsEnd);

/// <summary>
/// Lets a test act at any moment of a run, for instance as a maintainer who writes into the same store; and remembers
/// when each call began and ended.
/// </summary>
public sealed class HookedStore(IObjectStore inner) : IObjectStore
{
    readonly Lock _lock = new();
    readonly List<StoreEvent> _events = [];

    public Func<StoreMember, string, Task>? Before { get; set; }
    public Func<StoreMember, string, Task>? After { get; set; }

    /// <summary>Data packs are taken and forgotten, for runs that store more than fits into memory.</summary>
    public bool DiscardsData { get; init; }

    public string Location => inner.Location;
    public StoreCapabilities Capabilities { get; init; } = inner.Capabilities;

    public IReadOnlyList<StoreEvent> Events
    {
        get
        {
            lock (_lock)
                return [.. _events];
        }
    }

    public IEnumerable<string> Puts =>
        Events.Where(e => e is { Member: StoreMember.Put, IsEnd: true }).Select(e => e.Name);

    public Task<PutOutcome> PutAsync(
        ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions options,
        CancellationToken cancellationToken) =>
        CallAsync(
            StoreMember.Put, key.Value,
            () => DiscardsData && options.IsData
                ? Task.FromResult(PutOutcome.Stored)
                : inner.PutAsync(key, content, options, cancellationToken));

    public Task<PooledBuffer> GetAsync(
        ObjectKey key, ByteRange range, int maxBytes, CancellationToken cancellationToken) =>
        CallAsync(StoreMember.Get, key.Value, () => inner.GetAsync(key, range, maxBytes, cancellationToken));

    public Task<ObjectInfo?> StatAsync(ObjectKey key, CancellationToken cancellationToken) =>
        CallAsync(StoreMember.Stat, key.Value, () => inner.StatAsync(key, cancellationToken));

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) => CallAsync(
        StoreMember.Delete, key.Value,
        async () =>
        {
            await inner.DeleteAsync(key, cancellationToken);
            return true;
        });

    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await EnterAsync(StoreMember.List, prefix);
        await foreach (var info in inner.ListAsync(prefix, cancellationToken))
            yield return info;
        await LeaveAsync(StoreMember.List, prefix);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    async Task<T> CallAsync<T>(StoreMember member, string name, Func<Task<T>> run)
    {
        await EnterAsync(member, name);
        var result = await run();
        await LeaveAsync(member, name);
        return result;
    }

    async Task EnterAsync(StoreMember member, string name)
    {
        Log(new StoreEvent(member, name, IsEnd: false));
        if (Before is { } before)
            await before(member, name);
    }

    async Task LeaveAsync(StoreMember member, string name)
    {
        Log(new StoreEvent(member, name, IsEnd: true));
        if (After is { } after)
            await after(member, name);
    }

    void Log(StoreEvent happened)
    {
        lock (_lock)
            _events.Add(happened);
    }
}
