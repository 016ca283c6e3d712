using System.Runtime.InteropServices;

namespace Cairn.Files.Interop;

static unsafe partial class Libc
{
    const int FlockShared = 1;
    const int FlockNoWait = 4;
    const int SetOpenFileLock = 37;

    /// <summary>
    /// Takes both kinds of advisory lock there are on the whole file, shared, without waiting; they go with the
    /// descriptor. 0, or an error: <see cref="Errno.Again"/> or <see cref="Errno.AccessDenied"/> if somebody has an
    /// exclusive one.
    /// </summary>
    public static int TryLockShared(int descriptor)
    {
        var result = Result(flock(descriptor, FlockShared | FlockNoWait));
        if (result < 0)
            return result;
        var range = default(LockRange); // a read lock from the first byte on
        return Result(fcntl(descriptor, SetOpenFileLock, &range));
    }

    /// <summary>The kernel's <c>struct flock</c> with 64-bit offsets.</summary>
    struct LockRange
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Process;
    }

    [LibraryImport(Library)]
    private static partial int flock(int descriptor, int operation);

    [LibraryImport(Library)]
    private static partial int fcntl(int descriptor, int command, LockRange* range);
}
