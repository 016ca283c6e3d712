using Cairn.Engine.Storage;
using Cairn.Storage.Disks;

namespace Cairn.Storage.Local;

/// <summary>
/// How an object comes to lie in a directory: written and synced under a temporary name, given its own name only if
/// that is free, and the directory synced. A crash at any moment leaves the object absent or whole.
/// </summary>
sealed class LocalWriter(LocalDirectories directories, IDiskOperations disk)
{
    /// <summary>Set once the file system turned out not to know the better way.</summary>
    volatile bool _publishByLink;

    public PutOutcome Put(ObjectKey key, string path, IReadOnlyList<ReadOnlyMemory<byte>> content)
    {
        var directory = LocalDirectories.ParentOf(path);
        directories.Ensure(directory);
        if (IsTaken(key, path))
        {
            // Whoever stored it may not have synced the directory yet, and our caller will rely on the object.
            disk.SyncDirectory(directory);
            return PutOutcome.AlreadyThere;
        }
        var temporary = TemporaryNames.In(directory);
        var isTemporaryLeft = false;
        try
        {
            using (var file = Create(key, temporary))
            {
                isTemporaryLeft = true;
                directories.Sweep(directory, file.Stat());
                file.Write(content);
                file.Sync();
            }
            var published = Publish(key, temporary, path, ref isTemporaryLeft);
            disk.SyncDirectory(directory);
            return published ? PutOutcome.Stored : PutOutcome.AlreadyThere;
        }
        finally
        {
            if (isTemporaryLeft)
                Discard(temporary);
        }
    }

    IDiskFile Create(ObjectKey key, string temporary)
    {
        try
        {
            return disk.CreateNew(temporary);
        }
        catch (DiskException e) when (e.Code == Errno.NoEntry)
        {
            directories.Forget();
            throw new StoreException(
                StoreErrorKind.Unavailable, $"{key} was not stored: its folder vanished meanwhile; try again", key, e);
        }
    }

    bool Publish(ObjectKey key, string temporary, string path, ref bool isTemporaryLeft)
    {
        try
        {
            if (!TryPublish(temporary, path))
            {
                isTemporaryLeft = true;
                return IsTaken(key, path) ? false : throw Vanished(key, "an object of that name came and went", null);
            }
            isTemporaryLeft = _publishByLink;
            return true;
        }
        catch (DiskException e) when (e.Code == Errno.NoEntry)
        {
            throw Vanished(key, "the temporary file vanished", e);
        }
        catch (DiskException e) when (IsUnsupported(e.Code))
        {
            throw new StoreException(
                StoreErrorKind.Refused,
                $"{key} was not stored: this file system can neither rename a file without replacing another nor link "
                + "it, so it cannot keep a repository safely; use another file system, or the provider's own address",
                key, e);
        }
    }

    // False if the name is taken. By link the temporary name stays and is to be removed.
    bool TryPublish(string temporary, string path)
    {
        try
        {
            if (!_publishByLink)
            {
                disk.RenameWithoutReplacing(temporary, path);
                return true;
            }
        }
        catch (DiskException e) when (e.Code == Errno.Exists)
        {
            return false;
        }
        catch (DiskException e) when (IsUnsupported(e.Code))
        {
            _publishByLink = true;
        }
        try
        {
            disk.Link(temporary, path);
            return true;
        }
        catch (DiskException e) when (e.Code == Errno.Exists)
        {
            return false;
        }
    }

    bool IsTaken(ObjectKey key, string path) => disk.Stat(path)?.Kind switch
    {
        null => false,
        DiskKind.File => true,
        _ => throw new StoreException(
            StoreErrorKind.Failed,
            $"{key} was not stored: {path} is not a file; move it out of the repository", key),
    };

    void Discard(string temporary)
    {
        try
        {
            disk.Unlink(temporary);
        }
        catch (DiskException)
        {
            // Its name is never listed, and a later writer sweeps it: the error under way is the one to report.
        }
    }

    static StoreException Vanished(ObjectKey key, string what, DiskException? inner) =>
        new(StoreErrorKind.Unavailable, $"{key} was not stored: {what}; try again", key, inner);

    static bool IsUnsupported(Errno code) => code is Errno.Invalid or Errno.NotImplemented or Errno.NotSupported
        or Errno.NotPermitted or Errno.TooManyLinks;
}
