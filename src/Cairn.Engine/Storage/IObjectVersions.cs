using Cairn.Engine.Primitives;

namespace Cairn.Engine.Storage;

/// <summary>
/// What a store with versions knows beyond the newest of each name: what is hidden below a delete marker or behind
/// a version that somebody put on top, and how long each version is locked. For maintenance alone: a backup needs none
/// of it. As with <see cref="IObjectStore"/> each member is one attempt and throws <see cref="StoreException"/>.
/// </summary>
public interface IObjectVersions
{
    /// <summary>The store's own clock, by which locks end; null before its first answer.</summary>
    DateTimeOffset? Now { get; }

    /// <summary>
    /// A page of all versions and delete markers whose names begin with the prefix, by name, the newest of a name
    /// first. None where the store knows no versions.
    /// </summary>
    /// <param name="after">Where the page before ended; null for the first.</param>
    Task<VersionPage> ListPageAsync(string prefix, VersionPosition? after, CancellationToken cancellationToken);

    /// <summary>Reads a version whole.</summary>
    Task<PooledBuffer> GetAsync(
        ObjectVersionKey version, ByteRange range, int maxBytes, CancellationToken cancellationToken);

    /// <summary>
    /// What the store says of a version without giving its bytes, which may lie in a class that must be thawed.
    /// </summary>
    Task<ObjectEvidence> GetEvidenceAsync(ObjectVersionKey version, CancellationToken cancellationToken);

    /// <summary>The lock of a version; null if it never had one.</summary>
    Task<HeldLock?> GetLockAsync(ObjectVersionKey version, CancellationToken cancellationToken);

    /// <summary>
    /// Locks a version until then, or longer if it is so already. Never by name alone: that would mean whatever
    /// somebody put on top. Safe to repeat.
    /// </summary>
    Task ExtendLockAsync(ObjectVersionKey version, HeldLock held, CancellationToken cancellationToken);

    /// <summary>
    /// Takes a delete marker away, by its version, so that what it hides shows again; none there is no error. Never of
    /// a version with data, nor one without a name of its own (<see cref="ListedVersion.HasOwnId"/>), which may be
    /// something else by now.
    /// </summary>
    Task RemoveMarkerAsync(ObjectVersionKey marker, CancellationToken cancellationToken);

    /// <summary>
    /// Stores an object as the newest version of its name, over whatever is there: the versions below stay. The one way
    /// to put right what somebody else has put on top.
    /// </summary>
    Task PutOnTopAsync(
        ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions options,
        CancellationToken cancellationToken);
}

/// <summary>A store, or what stands around one, that may have versions.</summary>
public interface IVersionedStore
{
    /// <summary>All versions of objects and their locks; null where there are none.</summary>
    IObjectVersions? Versions { get; }
}

public static class ObjectStoreVersions
{
    extension(IObjectStore store)
    {
        /// <summary>All versions of objects and their locks; null where the store has none, or shows none.</summary>
        public IObjectVersions? Versions => (store as IVersionedStore)?.Versions;
    }
}

/// <param name="Id">The store's own name for the version; null for the newest, for reading only.</param>
public readonly record struct ObjectVersionKey(ObjectKey Key, string? Id)
{
    public override string ToString() => Key.ToString();
}

/// <summary>Under a lock until then, by the store's clock.</summary>
public readonly record struct HeldLock(ObjectLockMode Mode, DateTimeOffset Until);

/// <param name="Name">The name in the store, a key or not.</param>
/// <param name="Modified">When the version was stored, by the store's clock.</param>
public readonly record struct ListedVersion(
    string Name, string Id, long Size, DateTimeOffset Modified, bool IsMarker, bool IsNewest)
{
    /// <summary>What a bucket calls every version that it stored while it kept none.</summary>
    public const string SharedId = "null";

    /// <summary>What the store calls the class that it keeps and charges the version in; null without one.</summary>
    public string? StorageClass { get; init; }

    /// <summary>No other version ever has this id.</summary>
    public bool HasOwnId => Id != SharedId;
}

/// <summary>Where a page ended, in the words of the store.</summary>
public sealed record VersionPosition(string Name, string? Id);

/// <param name="Next">Null behind the last page.</param>
public sealed record VersionPage(IReadOnlyList<ListedVersion> Versions, VersionPosition? Next);
