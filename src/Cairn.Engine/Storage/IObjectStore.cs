using Cairn.Engine.Primitives;

namespace Cairn.Engine.Storage;

/// <summary>
/// Where a repository's objects lie. The narrow waist of Cairn: everything above is written against these members,
/// everything hard (retry, limits, faults, simulation) is a decorator around them.
/// <list type="bullet">
/// <item><b>Durability.</b> When <see cref="PutAsync"/> returns, the object survives a power cut of the machine that
/// holds the store. (A store that cannot promise that says so in its <see cref="StoreCapabilities"/>.)</item>
/// <item><b>Atomicity.</b> An object is either absent or whole under its name. No reader ever sees a part of it, also
/// after a crash at any moment.</item>
/// <item><b>Read-after-write.</b> Once a PUT has returned, every GET, STAT and LIST that starts afterwards, from any
/// client, sees the object. (A store that cannot promise that for LIST says so in its
/// <see cref="StoreCapabilities"/>.)</item>
/// <item><b>Never overwritten.</b> A PUT never replaces a stored object: if the name is taken it stores nothing and
/// answers <see cref="PutOutcome.AlreadyThere"/>. Names contain the hash of the content, so this also makes PUT safe
/// to repeat after a lost response; the one object without such a name is <c>cairn.json</c>, whose writer
/// compares.</item>
/// <item><b>Retrying</b> is not a store's business: a member makes one attempt and throws
/// <see cref="StoreException"/>, whose kind says whether trying again can help.
/// <see cref="Decorators.RetryingStore"/> retries.</item>
/// <item><b>Threads.</b> All members may be called concurrently. A cancelled token makes no further request.</item>
/// </list>
/// </summary>
public interface IObjectStore : IAsyncDisposable
{
    /// <summary>The store's location as the user wrote it, without secrets: for messages.</summary>
    string Location { get; }

    StoreCapabilities Capabilities { get; }

    /// <summary>Stores an object in one request. The content is borrowed until the task ends.</summary>
    Task<PutOutcome> PutAsync(
        ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions options,
        CancellationToken cancellationToken);

    /// <summary>
    /// Reads an object, or a range of it, into one buffer that the caller then owns. A range must lie wholly inside
    /// the object, else <see cref="StoreErrorKind.RangeNotSatisfiable"/>. What is asked for (the object, or the range)
    /// and is larger than <paramref name="maxBytes"/> is refused with <see cref="StoreErrorKind.TooLarge"/> before
    /// memory is taken for it.
    /// </summary>
    Task<PooledBuffer> GetAsync(
        ObjectKey key, ByteRange range, int maxBytes, CancellationToken cancellationToken);

    /// <summary>Size and store-side facts of an object, or null if there is none.</summary>
    Task<ObjectInfo?> StatAsync(ObjectKey key, CancellationToken cancellationToken);

    /// <summary>
    /// Every object whose key starts with the prefix (a whole number of segments with a trailing slash, or empty), in
    /// ordinal order of <see cref="ObjectInfo.Name"/> (but for a store that says otherwise). Names that are no valid
    /// keys are reported through <see cref="ObjectInfo.ForeignName"/>, not dropped.
    /// </summary>
    IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Removes an object; none there is no error. Never called on the backup path (INV-2).</summary>
    Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken);
}

public enum PutOutcome { Stored, AlreadyThere }

/// <summary>Where the store may put the object, and how long it must keep it.</summary>
public sealed record PutOptions
{
    public static readonly PutOptions Hot = new();
    public static readonly PutOptions Data = new() { IsData = true };

    /// <summary>A data pack: the only objects that may go to a cold class.</summary>
    public bool IsData { get; init; }

    /// <summary>
    /// The class that it shall lie in, in the words of the store: for what is stored once more. Null for the one that
    /// the store has for its kind.
    /// </summary>
    public string? StorageClass { get; init; }

    /// <summary>
    /// Set in the request that stores the object, so that it is never there without. A store that cannot lock refuses
    /// (<see cref="StoreErrorKind.Refused"/>) rather than store without. An object that was there keeps the lock it
    /// has.
    /// </summary>
    public ObjectLock? Lock { get; init; }

    /// <summary>
    /// SHA-256 of the content, where it is known: a store that sends one along need not hash everything again.
    /// </summary>
    public ObjectHash? Hash { get; init; }

    /// <summary>What a store answers that cannot lock.</summary>
    public static StoreException NoLocks(ObjectKey key, string location) => new(
        StoreErrorKind.Refused, $"{key} was not stored: it was to be locked, and {location} cannot lock objects", key);
}

public enum ObjectLockMode
{
    /// <summary>Who has a special right may lift it.</summary>
    Governance,
    /// <summary>Nobody may lift or shorten it.</summary>
    Compliance,
}

/// <summary>For how long the store is to refuse to remove an object, counted by the store's own clock.</summary>
public sealed record ObjectLock(ObjectLockMode Mode, TimeSpan Duration);

/// <summary>A half-open range of bytes; <see cref="Whole"/> for all of the object.</summary>
public readonly record struct ByteRange(long Offset, long Length)
{
    public static readonly ByteRange Whole = new(0, -1);
    public bool IsWhole => Length < 0;
}

/// <summary>What a store tells about an object.</summary>
/// <param name="Key">Its name; default if <paramref name="ForeignName"/> is set.</param>
/// <param name="Size">Bytes stored.</param>
/// <param name="Modified">The store's own time for the object, where it has one.</param>
/// <param name="ForeignName">Set instead of a key when the name cannot be one of Cairn's.</param>
public readonly record struct ObjectInfo(
    ObjectKey Key, long Size, DateTimeOffset? Modified = null, string? ForeignName = null)
{
    /// <summary>The name in the store, a key or not: what a listing is ordered by.</summary>
    public string Name => ForeignName ?? Key.Value;

    /// <summary>Of S3, and of what speaks it: where everything goes for which nothing else is asked.</summary>
    public const string UsualClass = "STANDARD";

    /// <summary>What the store calls the class that it keeps and charges the object in; null without one.</summary>
    public string? StorageClass { get; init; }
}

/// <summary>What a store can do, as data: asked, never guessed from its type.</summary>
public sealed record StoreCapabilities
{
    /// <summary>
    /// A LIST shows every object whose PUT returned before the LIST began (the commit protocol needs it).
    /// </summary>
    public required bool ListsWhatWasWritten { get; init; }

    /// <summary>How many requests at once the store serves well.</summary>
    public required int Concurrency { get; init; }

    /// <summary>
    /// A GET of a small range costs about as much as the bytes it returns, so ranges need no coalescing.
    /// </summary>
    public required bool HasCheapRanges { get; init; }

    /// <summary>
    /// Of several writers who store under one free name at the same time, exactly one does, and the others are told.
    /// Otherwise a PUT looks first, and two that look in the same moment both store: the contents are the same where
    /// the name has their hash.
    /// </summary>
    public bool DecidesRaces { get; init; } = true;

    /// <summary>
    /// A LIST gives names in ordinal order. Otherwise one that breaks can only go on with all names in memory.
    /// </summary>
    public bool ListsInOrder { get; init; } = true;

    /// <summary>
    /// What was stored is still there after a power cut of the machine that holds the store. Otherwise nobody knows:
    /// it is reached through programs that do not say when something has come to the disk.
    /// </summary>
    public bool SurvivesPowerCuts { get; init; } = true;

    /// <summary>A PUT can lock the object it stores.</summary>
    public bool CanLock { get; init; }
}
