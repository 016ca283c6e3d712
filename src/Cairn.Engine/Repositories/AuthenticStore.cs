using System.Collections.Concurrent;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Repositories;

/// <summary>
/// Gives of each object the version that is what its name says, though somebody has hidden it or put another on top: as
/// long as everything is well it costs a hash and no request. Of parts of an object nobody can tell; whoever finds that
/// they are wrong says so (<see cref="IOtherVersions"/>). For reading. Owns the store it wraps.
/// </summary>
/// <param name="report">Gets the name of each object of which an older version is read.</param>
public sealed class AuthenticStore(IObjectStore inner, IObjectVersions versions, Action<ObjectKey> report)
    : IObjectStore, IVersionedStore, IOtherVersions
{
    readonly ConcurrentDictionary<ObjectKey, string> _good = [];
    readonly HashSet<ObjectKey> _searched = [];
    readonly SemaphoreSlim _search = new(1);

    public string Location => inner.Location;
    public StoreCapabilities Capabilities => inner.Capabilities;
    public IObjectVersions? Versions => versions;

    /// <summary>Objects of which an older version is read.</summary>
    public IReadOnlyCollection<ObjectKey> Replaced => [.. _good.Keys];

    public Task<PutOutcome> PutAsync(
        ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions options,
        CancellationToken cancellationToken) => inner.PutAsync(key, content, options, cancellationToken);

    public async Task<PooledBuffer> GetAsync(
        ObjectKey key, ByteRange range, int maxBytes, CancellationToken cancellationToken)
    {
        if (_good.TryGetValue(key, out var known))
            return await versions.GetAsync(new ObjectVersionKey(key, known), range, maxBytes, cancellationToken);
        PooledBuffer bytes;
        try
        {
            bytes = await inner.GetAsync(key, range, maxBytes, cancellationToken);
        }
        catch (StoreException e) when (e.Kind is StoreErrorKind.NotFound or StoreErrorKind.TooLarge
            or StoreErrorKind.RangeNotSatisfiable)
        {
            if (!await TryReplaceAsync(key, cancellationToken))
                throw;
            return await GetAsync(key, range, maxBytes, cancellationToken);
        }
        if (!range.IsWhole || AuthenticVersions.IsPlausible(key, bytes.Span)
            || !await TryReplaceAsync(key, cancellationToken))
            return bytes;
        bytes.Dispose();
        return await GetAsync(key, range, maxBytes, cancellationToken);
    }

    public Task<ObjectInfo?> StatAsync(ObjectKey key, CancellationToken cancellationToken) =>
        inner.StatAsync(key, cancellationToken);

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken) =>
        inner.ListAsync(prefix, cancellationToken);

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) =>
        inner.DeleteAsync(key, cancellationToken);

    public async Task<bool> TryReplaceAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        await _search.WaitAsync(cancellationToken);
        try
        {
            // Whoever read before another found the good version reads again, whoever did after has had it.
            if (!_searched.Add(key))
                return _good.ContainsKey(key);
            if (await FindAsync(key, cancellationToken) is not { } found)
                return false;
            _good[key] = found;
        }
        // Who may not see versions reads what there is to be seen, and is told what is wrong with that.
        catch (StoreException e) when (!e.IsTransient)
        {
            return false;
        }
        finally
        {
            _search.Release();
        }
        report(key);
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        _search.Dispose();
        await inner.DisposeAsync();
    }

    async Task<string?> FindAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var group = await versions.GroupOfAsync(key, cancellationToken);
        var data = group.OldestFirst();
        // The only version there is has just been read.
        return data.Count == 0 || (data.Count == 1 && !group[0].IsMarker)
            ? null
            : await AuthenticVersions.FindPlausibleAsync(versions, key, data, cancellationToken);
    }
}
