using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Storage.Decorators;

/// <summary>
/// A store as it is below what was put on top: of each name the oldest version, whether it is hidden by a delete
/// marker, replaced, or neither. Names have the hash of the content, which nobody knows before it is stored, so the
/// oldest version is the one that was stored under it. Only the descriptor's name can be known before: of it the newest
/// version counts, as for everybody, unless it is hidden; or the one that <see cref="DescriptorVersion"/> says. Owns
/// the store it wraps.
/// <para>What was rightly deleted shows here again: that records say that it was retired must decide.</para>
/// </summary>
public sealed class OriginalsStore(IObjectStore inner, IObjectVersions versions, ObjectKey descriptor)
    : IObjectStore, IVersionedStore
{
    readonly ConcurrentDictionary<ObjectKey, OriginalVersion> _known = [];

    /// <summary>The version of the descriptor that counts, where somebody has found that out.</summary>
    public string? DescriptorVersion { get; init; }

    public string Location => inner.Location;
    public StoreCapabilities Capabilities => inner.Capabilities;
    public IObjectVersions? Versions => versions;

    /// <summary>What the last listing that gave the name said; null if none did.</summary>
    public OriginalVersion? TryFind(ObjectKey key) => _known.GetValueOrDefault(key);

    public Task<PutOutcome> PutAsync(
        ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions options,
        CancellationToken cancellationToken) =>
        inner.PutAsync(key, content, options, cancellationToken);

    public async Task<PooledBuffer> GetAsync(
        ObjectKey key, ByteRange range, int maxBytes, CancellationToken cancellationToken) =>
        await FindAsync(key, cancellationToken) is { } original
            ? await versions.GetAsync(original.Version, range, maxBytes, cancellationToken)
            : await inner.GetAsync(key, range, maxBytes, cancellationToken);

    public async Task<ObjectInfo?> StatAsync(ObjectKey key, CancellationToken cancellationToken) =>
        await FindAsync(key, cancellationToken) is { } original
            ? new ObjectInfo(key, original.Size, original.Modified)
            : await inner.StatAsync(key, cancellationToken);

    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var group in versions.GroupAsync(prefix, cancellationToken))
        {
            if (!ObjectKey.TryParse(group[0].Name, out var key))
            {
                if (!group[0].IsMarker)
                    yield return new ObjectInfo(default, group[0].Size, group[0].Modified, group[0].Name);
            }
            else if (Take(key, group) is { } original)
                yield return new ObjectInfo(key, original.Size, original.Modified);
        }
    }

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) =>
        inner.DeleteAsync(key, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    async Task<OriginalVersion?> FindAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(key, out var known))
            return known;
        return Take(key, await versions.GroupOfAsync(key, cancellationToken));
    }

    OriginalVersion? Take(ObjectKey key, IReadOnlyList<ListedVersion> group)
    {
        var data = group.OldestFirst();
        if (data.Count == 0)
            return null;
        var found = key == descriptor ? ChooseDescriptor(group) : data[0];
        var isHidden = group.Any(version => version is { IsMarker: true, IsNewest: true });
        var original = new OriginalVersion(
            new ObjectVersionKey(key, found.Id), found.Size, found.Modified, isHidden, data.Count - 1);
        _known[key] = original;
        return original;
    }

    // As the store has them, the newest first.
    ListedVersion ChooseDescriptor(IReadOnlyList<ListedVersion> group)
    {
        var data = group.Where(version => !version.IsMarker).ToList();
        var known = data.FindIndex(version => version.Id == DescriptorVersion);
        return data[Math.Max(known, 0)];
    }
}

/// <param name="IsHidden">A delete marker lies on top.</param>
/// <param name="Others">Further versions of the name.</param>
public sealed record OriginalVersion(
    ObjectVersionKey Version, long Size, DateTimeOffset Modified, bool IsHidden, int Others);
