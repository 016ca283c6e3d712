using System.Runtime.InteropServices;
using Cairn.Engine.Entries;

namespace Cairn.Files.Interop;

static unsafe partial class Libc
{
    const nint OmitTime = (1 << 30) - 2;

    /// <summary>In place of a user or group: leave it as it is.</summary>
    public const uint UnchangedId = uint.MaxValue;

    public static int SetMode(int descriptor, uint mode) => Result(fchmod(descriptor, mode));

    /// <summary>Not through a link: the C library sees to it, with or without help from the kernel.</summary>
    public static int SetModeAt(int directory, byte* name, uint mode) =>
        Result(fchmodat(directory, name, mode, AtNoFollow));

    public static int SetOwner(int descriptor, uint user, uint group) => Result(fchown(descriptor, user, group));

    public static int SetOwnerAt(int directory, byte* name, uint user, uint group) =>
        Result(fchownat(directory, name, user, group, AtNoFollow));

    public static int SetModified(int descriptor, FileTime modified)
    {
        var times = stackalloc TimeSpec[2];
        Fill(times, modified);
        return Result(futimens(descriptor, times));
    }

    public static int SetModifiedAt(int directory, byte* name, FileTime modified)
    {
        var times = stackalloc TimeSpec[2];
        Fill(times, modified);
        return Result(utimensat(directory, name, times, AtNoFollow));
    }

    static void Fill(TimeSpec* times, FileTime modified)
    {
        times[0] = new TimeSpec { Nanoseconds = OmitTime };
        times[1] = new TimeSpec { Seconds = (nint)modified.Seconds, Nanoseconds = (nint)modified.Nanoseconds };
    }

    struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }

    [LibraryImport(Library)]
    private static partial int fchmod(int descriptor, uint mode);

    [LibraryImport(Library)]
    private static partial int fchmodat(int directory, byte* name, uint mode, int flags);

    [LibraryImport(Library)]
    private static partial int fchown(int descriptor, uint user, uint group);

    [LibraryImport(Library)]
    private static partial int fchownat(int directory, byte* name, uint user, uint group, int flags);

    [LibraryImport(Library)]
    private static partial int futimens(int descriptor, TimeSpec* times);

    [LibraryImport(Library)]
    private static partial int utimensat(int directory, byte* name, TimeSpec* times, int flags);
}
