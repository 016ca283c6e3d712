using System.Runtime.CompilerServices;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Packs;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Push;

/// <summary>
/// Copies of a repository's small objects in a spool: all that a backup reads. Each is checked by whoever reads it, as
/// in the repository, so a stale or damaged copy costs deduplication and never more: the push looks at the store.
/// </summary>
public sealed class KnownMirror(IObjectStore store, IObjectStore known)
{
    // What was retired comes last, so that no index object comes later than what condemns its packs.
    static readonly string[] Prefixes = [ObjectNames.Epochs, ObjectNames.Hosts, ObjectNames.Index, ObjectNames.Retired];
    static readonly byte[] Nothing = [];

    readonly HashSet<ObjectKey> _listed = [];

    /// <summary>Fetches what is new.</summary>
    public async Task RefreshAsync(SignerId host, CancellationToken cancellationToken)
    {
        await CopyAsync(ObjectNames.Descriptor, Limits.DescriptorBytes, cancellationToken);
        foreach (var prefix in Prefixes)
        {
            await foreach (var info in store.ListAsync(prefix, cancellationToken))
            {
                if (info.ForeignName is null && _listed.Add(info.Key)
                    && await known.StatAsync(info.Key, cancellationToken) is null)
                    await CopyAsync(info.Key, Limits.ObjectBytes, cancellationToken);
            }
        }
        await RememberSnapshotAsync(host, cancellationToken);
    }

    /// <summary>An object that was just stored in the repository.</summary>
    public async Task AddAsync(ObjectKey key, ReadOnlyMemory<byte> stored, CancellationToken cancellationToken)
    {
        await TryStoreAsync(known, key, stored, cancellationToken);
        _listed.Add(key);
    }

    /// <summary>
    /// Puts index objects aside that the last refresh did not find: what they say may not be there any more, should the
    /// repository be an older copy of itself.
    /// </summary>
    public async Task PutGoneAsideAsync(IObjectStore spool, CancellationToken cancellationToken)
    {
        foreach (var key in await FindGoneAsync(ObjectNames.Index, cancellationToken))
        {
            using var stored = await known.GetAsync(key, ByteRange.Whole, Limits.ObjectBytes, cancellationToken);
            var old = new ObjectKey(SpoolNames.Old + key.Value[ObjectNames.Index.Length..]);
            if (await TryStoreAsync(spool, old, stored.Memory, cancellationToken))
                await known.DeleteAsync(key, cancellationToken);
        }
    }

    /// <summary>Removes what the last refresh did not find.</summary>
    public async Task RemoveGoneAsync(IObjectStore spool, CancellationToken cancellationToken)
    {
        foreach (var prefix in Prefixes)
        {
            foreach (var key in await FindGoneAsync(prefix, cancellationToken))
                await known.DeleteAsync(key, cancellationToken);
        }
        var old = new List<ObjectKey>();
        await foreach (var info in spool.ListAsync(SpoolNames.Old, cancellationToken))
            old.Add(info.Key);
        foreach (var key in old)
            await spool.DeleteAsync(key, cancellationToken);
    }

    async Task<List<ObjectKey>> FindGoneAsync(string prefix, CancellationToken cancellationToken)
    {
        var gone = new List<ObjectKey>();
        await foreach (var info in known.ListAsync(prefix, cancellationToken))
        {
            if (info.ForeignName is null && !_listed.Contains(info.Key))
                gone.Add(info.Key);
        }
        return gone;
    }

    /// <summary>Every pack that an index object names; those that cannot be read are passed over.</summary>
    public static async IAsyncEnumerable<PackTable> TablesAsync(
        Repository repository, IObjectStore part, string prefix,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var keys = new List<(ObjectKey Key, DatedName Name)>();
        await foreach (var info in part.ListAsync(prefix, cancellationToken))
        {
            if (info.ForeignName is null && ObjectNames.TryParseDated(prefix, info.Key, out var name))
                keys.Add((info.Key, name));
        }
        foreach (var (key, name) in keys)
        {
            IndexObject opened;
            try
            {
                opened = await ObjectReader.ReadAsync(
                    part, key, name.Hash, bytes => IndexObject.Open(repository, name, bytes), cancellationToken);
            }
            catch (Exception e) when (ObjectProblem.TryFrom(key, e) is not null)
            {
                continue;
            }
            foreach (var table in opened.AllTables)
                yield return table;
        }
    }

    // A push is what makes room on a full disk: what it would like to know comes with the next one.
    static async Task<bool> TryStoreAsync(
        IObjectStore part, ObjectKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        try
        {
            await part.PutAsync(key, [content], PutOptions.Hot, cancellationToken);
            return true;
        }
        catch (StoreException e) when (e.Kind == StoreErrorKind.Full)
        {
            return false;
        }
    }

    async Task CopyAsync(ObjectKey key, int maxBytes, CancellationToken cancellationToken)
    {
        try
        {
            using var buffer = await store.GetAsync(key, ByteRange.Whole, maxBytes, cancellationToken);
            await TryStoreAsync(known, key, buffer.Memory, cancellationToken);
        }
        // Gone since it was listed, or somebody's junk: a reader would pass over it too.
        catch (StoreException e) when (e.Kind is StoreErrorKind.NotFound or StoreErrorKind.TooLarge
            && key != ObjectNames.Descriptor)
        {
            _listed.Remove(key);
        }
    }

    // Whether this host has a snapshot at all is what a brake asks that has lost its memory. One name is enough, and
    // without the right to list them nobody could ask the repository either.
    async Task RememberSnapshotAsync(SignerId host, CancellationToken cancellationToken)
    {
        var prefix = $"{ObjectNames.Snapshots}{host}/";
        if (await AnyAsync(known, prefix, cancellationToken) is not null)
            return;
        try
        {
            if (await AnyAsync(store, prefix, cancellationToken) is { } key)
                await TryStoreAsync(known, key, Nothing, cancellationToken);
        }
        catch (StoreException e) when (e.Kind == StoreErrorKind.Refused)
        {
        }
    }

    static async Task<ObjectKey?> AnyAsync(IObjectStore store, string prefix, CancellationToken cancellationToken)
    {
        await foreach (var info in store.ListAsync(prefix, cancellationToken))
        {
            if (info.ForeignName is null)
                return info.Key;
        }
        return null;
    }
}
