using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Storage.Decorators;

/// <summary>
/// A store as it was: of each name the newest version with data that was there at that time, by the store's clock. What
/// was hidden before, too: a delete marker destroys nothing, and whoever asks for the past may well ask because of one.
/// For reading only. Owns the store it wraps.
/// </summary>
public sealed class PastStore(IObjectStore inner, IObjectVersions versions, DateTimeOffset time)
    : IObjectStore, IVersionedStore
{
    readonly ConcurrentDictionary<ObjectKey, ListedVersion> _known = [];

    public string Location => inner.Location;
    public StoreCapabilities Capabilities => inner.Capabilities;
    public IObjectVersions? Versions => versions;

    public Task<PutOutcome> PutAsync(
        ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions options,
        CancellationToken cancellationToken) => Task.FromException<PutOutcome>(Refusal(key, "stored"));

    public async Task<PooledBuffer> GetAsync(
        ObjectKey key, ByteRange range, int maxBytes, CancellationToken cancellationToken)
    {
        var found = await FindAsync(key, cancellationToken) ?? throw new StoreException(
            StoreErrorKind.NotFound, $"{key}: there was no such object in {Location} at that time", key);
        return await versions.GetAsync(new ObjectVersionKey(key, found.Id), range, maxBytes, cancellationToken);
    }

    public async Task<ObjectInfo?> StatAsync(ObjectKey key, CancellationToken cancellationToken) =>
        await FindAsync(key, cancellationToken) is { } found
            ? new ObjectInfo(key, found.Size, found.Modified)
            : null;

    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var group in versions.GroupAsync(prefix, cancellationToken))
        {
            if (Choose(group) is not { } chosen)
                continue;
            if (!ObjectKey.TryParse(chosen.Name, out var key))
                yield return new ObjectInfo(default, chosen.Size, chosen.Modified, chosen.Name);
            else
            {
                _known[key] = chosen;
                yield return new ObjectInfo(key, chosen.Size, chosen.Modified);
            }
        }
    }

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) =>
        Task.FromException(Refusal(key, "deleted"));

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    async Task<ListedVersion?> FindAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(key, out var known))
            return known;
        return Choose(await versions.GroupOfAsync(key, cancellationToken)) is { } chosen
            ? _known[key] = chosen
            : null;
    }

    ListedVersion? Choose(IReadOnlyList<ListedVersion> group)
    {
        ListedVersion? newest = null;
        foreach (var version in group.OldestFirst().Where(version => version.Modified <= time))
            newest = version;
        return newest;
    }

    StoreException Refusal(ObjectKey key, string what) => new(
        StoreErrorKind.Refused, $"{key} was not {what}: {Location} is seen as it was, and the past stays as it is",
        key);
}
