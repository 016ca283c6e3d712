namespace Cairn.Engine.Storage;

public enum StoreErrorKind
{
    /// <summary>No such object. Never retried.</summary>
    NotFound,
    /// <summary>The range does not lie inside the object: it was truncated, or what named the range is wrong.</summary>
    RangeNotSatisfiable,
    /// <summary>The object is larger than anything that may have this name.</summary>
    TooLarge,
    /// <summary>The store does not allow it: permissions, credentials, configuration.</summary>
    Refused,
    /// <summary>No space, or a quota.</summary>
    Full,
    /// <summary>A retention on the object forbids it.</summary>
    Protected,
    /// <summary>The object must be thawed first.</summary>
    Cold,
    /// <summary>Network, server or medium failed in a way that may pass: worth another try.</summary>
    Unavailable,
    /// <summary>The store is asked too often: worth another try, with fewer requests at once.</summary>
    Throttled,
    /// <summary>Anything else that another try will not mend (an I/O error of the disk, say).</summary>
    Failed,
}

/// <summary>A store did not do what was asked. The message names the object and what happened.</summary>
public sealed class StoreException(StoreErrorKind kind, string message, ObjectKey? key = null, Exception? inner = null)
    : Exception(message, inner)
{
    public StoreErrorKind Kind { get; } = kind;
    public ObjectKey? Key { get; } = key;
    public bool IsTransient => Kind is StoreErrorKind.Unavailable or StoreErrorKind.Throttled;
}
