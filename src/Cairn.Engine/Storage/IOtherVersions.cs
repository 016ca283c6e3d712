namespace Cairn.Engine.Storage;

/// <summary>A store that can give another version of an object than the newest.</summary>
public interface IOtherVersions
{
    /// <summary>
    /// What was read of the object is not what it should be. From now on another version is read, if one is what the
    /// name says; false if none is, or that one was read already.
    /// </summary>
    Task<bool> TryReplaceAsync(ObjectKey key, CancellationToken cancellationToken);
}

public static class ObjectStoreOtherVersions
{
    /// <summary>False too where the store has no other versions.</summary>
    public static Task<bool> TryReplaceAsync(
        this IObjectStore store, ObjectKey key, CancellationToken cancellationToken) =>
        store is IOtherVersions others ? others.TryReplaceAsync(key, cancellationToken) : Task.FromResult(false);
}
