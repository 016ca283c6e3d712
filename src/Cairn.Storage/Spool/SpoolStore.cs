using System.Runtime.CompilerServices;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Storage.Spool;

/// <summary>
/// The repository as a backup into a spool sees it: what is known of it, and what lies here to be pushed. Packs wait
/// for room (<see cref="SpoolRoom"/>). Locks are not set here but by the push, from the store's clock. Borrows the
/// parts.
/// </summary>
public sealed class SpoolStore(SpoolParts parts, SpoolRoom room, string location) : IObjectStore
{
    readonly IObjectStore[] _all = [parts.Hot, parts.Data, parts.Known];

    public string Location => location;

    public StoreCapabilities Capabilities { get; } = parts.Hot.Capabilities with { CanLock = true };

    public Task<PutOutcome> PutAsync(
        ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions options,
        CancellationToken cancellationToken)
    {
        // What announces or commits has no meaning here, and would be taken for done.
        Invariant.That(!IsIn(key, ObjectNames.Ledgers) && !IsIn(key, ObjectNames.Snapshots));
        var part = options.IsData ? parts.Data : parts.Hot;
        var size = IsIn(key, ObjectNames.Packs) ? content.Sum(bytes => (long)bytes.Length) : 0;
        return room.PutAsync(
            size, () => part.PutAsync(key, content, PutOptions.Hot, cancellationToken), cancellationToken);
    }

    public async Task<PooledBuffer> GetAsync(
        ObjectKey key, ByteRange range, int maxBytes, CancellationToken cancellationToken)
    {
        for (var i = 0; ; i++)
        {
            try
            {
                return await _all[i].GetAsync(key, range, maxBytes, cancellationToken);
            }
            // A push moves index objects from one part into a later one while this looks.
            catch (StoreException e) when (e.Kind == StoreErrorKind.NotFound && i + 1 < _all.Length)
            {
            }
        }
    }

    public async Task<ObjectInfo?> StatAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        foreach (var part in _all)
        {
            if (await part.StatAsync(key, cancellationToken) is { } info)
                return info;
        }
        return null;
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // In the order in which a push moves objects, so that none is missed; small but for packs, which no backup
        // lists.
        var found = new SortedDictionary<string, ObjectInfo>(StringComparer.Ordinal);
        foreach (var part in _all)
        {
            await foreach (var info in part.ListAsync(prefix, cancellationToken))
                found.TryAdd(info.Name, info);
        }
        foreach (var info in found.Values)
            yield return info;
    }

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) => Task.FromException(
        new StoreException(StoreErrorKind.Refused, $"{key}: nothing is deleted through a spool", key));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    static bool IsIn(ObjectKey key, string prefix) => key.Value.StartsWith(prefix, StringComparison.Ordinal);
}
