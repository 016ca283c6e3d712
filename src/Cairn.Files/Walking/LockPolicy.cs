using Cairn.Files.Interop;

namespace Cairn.Files.Walking;

/// <summary>How long to wait for advisory locks that other programs have. Any thread.</summary>
sealed class LockPolicy(TimeSpan wait, TimeProvider time)
{
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    public static LockPolicy? Of(FileTreeOptions options) =>
        options.LockWait is { } wait ? new LockPolicy(wait, options.Time) : null;

    /// <summary>
    /// Shares the lock as long as the file is open; false if somebody has it for himself until the time is over. A file
    /// system without locks has none to heed.
    /// </summary>
    public bool TryShare(FileDescriptor file)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            var error = Libc.TryLockShared(file.Number);
            if (-error is not (Errno.Again or Errno.AccessDenied or Errno.Interrupted))
                return true;
            var left = wait - time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
                return false;
            Task.Delay(left < Interval ? left : Interval, time).Wait();
        }
    }
}
