using Cairn.Engine.Storage;
using Cairn.Storage.Disks;

namespace Cairn.Storage.Local;

/// <summary>What an error number means for a store, and what the user can do about it.</summary>
static class LocalErrors
{
    /// <param name="what">The object or folder, as the user knows it.</param>
    /// <param name="deed">What was tried: "stored", "read", "listed", "deleted".</param>
    public static StoreException Translate(DiskException error, string what, string deed, ObjectKey? key)
    {
        var (kind, advice) = Judge(error.Code);
        return new StoreException(kind, $"{what} was not {deed}: {error.Message}; {advice}", key, error);
    }

    static (StoreErrorKind Kind, string Advice) Judge(Errno code) => code switch
    {
        Errno.NoEntry or Errno.NotDirectory =>
            (StoreErrorKind.NotFound, "is this the repository's folder, and its disk mounted?"),
        Errno.NoSpace => (StoreErrorKind.Full, "make space on that disk, then run the command again"),
        Errno.QuotaExceeded => (StoreErrorKind.Full, "the user's quota is used up: raise it or make space"),
        Errno.AccessDenied or Errno.NotPermitted =>
            (StoreErrorKind.Refused, "let this user read and write the repository's folder"),
        Errno.ReadOnlyFileSystem =>
            (StoreErrorKind.Refused, "remount it writable; if it turned read-only by itself, check the disk first"),
        Errno.FileTooLarge =>
            (StoreErrorKind.Failed, "the file system or a limit (ulimit -f) does not allow files of that size"),
        Errno.InputOutput => (StoreErrorKind.Failed, "the disk reports an error: look into the kernel's log (dmesg)"),
        Errno.TryAgain or Errno.Interrupted or Errno.Busy or Errno.NoMemory or Errno.SystemFilesFull
            or Errno.ProcessFilesFull or Errno.StaleHandle or Errno.TimedOut or Errno.NotConnected or Errno.HostDown
            or Errno.HostUnreachable => (StoreErrorKind.Unavailable, "this may pass: try again"),
        _ => (StoreErrorKind.Failed, "trying again will not help before that is mended"),
    };
}
