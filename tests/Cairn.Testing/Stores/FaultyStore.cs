using System.Runtime.CompilerServices;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Testing.Stores;

/// <summary>
/// Lets calls of another store fail as <see cref="StoreFaults"/> say, and logs all of them in order. Never waits.
/// </summary>
public sealed class FaultyStore(IObjectStore inner, StoreFaults faults) : IObjectStore
{
    readonly Lock _lock = new();
    readonly List<StoreCall> _calls = [];
    readonly Dictionary<(StoreMember, string), int> _repeats = [];

    public string Location => inner.Location;
    public StoreCapabilities Capabilities => inner.Capabilities;

    public IReadOnlyList<StoreCall> Calls
    {
        get
        {
            lock (_lock)
                return [.. _calls];
        }
    }

    public Task<PutOutcome> PutAsync(
        ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions options,
        CancellationToken cancellationToken) =>
        CallAsync(
            StoreMember.Put, key, () => inner.PutAsync(key, content, options, cancellationToken), cancellationToken);

    public Task<PooledBuffer> GetAsync(
        ObjectKey key, ByteRange range, int maxBytes, CancellationToken cancellationToken) =>
        CallAsync(
            StoreMember.Get, key, () => inner.GetAsync(key, range, maxBytes, cancellationToken), cancellationToken);

    public Task<ObjectInfo?> StatAsync(ObjectKey key, CancellationToken cancellationToken) =>
        CallAsync(StoreMember.Stat, key, () => inner.StatAsync(key, cancellationToken), cancellationToken);

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) =>
        CallAsync(
            StoreMember.Delete, key,
            async () =>
            {
                await inner.DeleteAsync(key, cancellationToken);
                return true;
            },
            cancellationToken);

    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var call = Enter(StoreMember.List, prefix);
        // Somewhere among the first names, another place each time the same listing is tried.
        var namesLeft = call.Fault.Moment == FaultMoment.Before ? (call.Repeat * 7 + prefix.Length) % 5 : int.MaxValue;
        await foreach (var info in inner.ListAsync(prefix, cancellationToken))
        {
            if (namesLeft-- == 0)
                break;
            yield return info;
        }
        if (call.Fault.Moment != FaultMoment.None)
            throw Failure(call, key: null);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    async Task<T> CallAsync<T>(
        StoreMember member, ObjectKey key, Func<Task<T>> run, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var call = Enter(member, key.Value);
        if (call.Fault.Moment == FaultMoment.Before)
            throw Failure(call, key);
        var result = await run();
        if (call.Fault.Moment == FaultMoment.None)
            return result;
        (result as IDisposable)?.Dispose();
        throw Failure(call, key);
    }

    StoreCall Enter(StoreMember member, string name)
    {
        lock (_lock)
        {
            var repeat = _repeats.GetValueOrDefault((member, name)) + 1;
            _repeats[(member, name)] = repeat;
            var call = new StoreCall(_calls.Count + 1, member, name, repeat);
            call = call with { Fault = faults.Decide(call) };
            _calls.Add(call);
            return call;
        }
    }

    StoreException Failure(StoreCall call, ObjectKey? key) =>
        new(call.Fault.Kind, $"{call.Name}: simulated fault in call {call} ({faults})", key);
}
