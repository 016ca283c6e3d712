using Cairn.Engine.Entries;

namespace Cairn.Files.Portable;

/// <summary>
/// What .NET tells of a file on every system: its kind, its mode (on Windows: whether it can be written), its times to
/// 100 nanoseconds. Neither owner nor inode nor attributes.
/// </summary>
static class PortableMetadata
{
    const ushort ModeBits = 0xFFF;
    const ushort DirectoryMode = 0x1ED, FileMode = 0x1A4, WriteBits = 0x92;
    const uint NobodyId = 65534;
    const int TickNanoseconds = 100;

    /// <summary>Nobody, as the owner is not known.</summary>
    public static Owner Unknown { get; } = new(NobodyId, NobodyId, "", "");

    public static ushort ModeOf(FileSystemInfo info)
    {
        if (!OperatingSystem.IsWindows())
            return (ushort)((int)info.UnixFileMode & ModeBits);
        var mode = info.Attributes.HasFlag(FileAttributes.Directory) ? DirectoryMode : FileMode;
        return info.Attributes.HasFlag(FileAttributes.ReadOnly) ? (ushort)(mode & ~WriteBits) : mode;
    }

    public static FileTime ToFileTime(DateTime utc)
    {
        var ticks = utc.Ticks - DateTime.UnixEpoch.Ticks;
        var seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out var rest);
        if (rest < 0)
            (seconds, rest) = (seconds - 1, rest + TimeSpan.TicksPerSecond);
        return new FileTime(seconds, (uint)rest * TickNanoseconds);
    }

    /// <summary>Null if .NET has no such time.</summary>
    public static DateTime? ToDateTime(FileTime time)
    {
        var least = (DateTime.MinValue.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond;
        var most = (DateTime.MaxValue.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond;
        return time.Seconds <= least || time.Seconds >= most
            ? null
            : DateTime.UnixEpoch.AddTicks(time.Seconds * TimeSpan.TicksPerSecond + time.Nanoseconds / TickNanoseconds);
    }

    /// <summary>The same as far as this system can tell.</summary>
    public static bool IsSameTime(FileTime left, FileTime right) =>
        left.Seconds == right.Seconds && left.Nanoseconds / TickNanoseconds == right.Nanoseconds / TickNanoseconds;

    public static string Describe(Exception e) => e switch
    {
        UnauthorizedAccessException => "permission denied",
        _ => e.Message.TrimEnd('.'),
    };
}
