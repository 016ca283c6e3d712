using Cairn.Engine.Entries;
using Cairn.Files.Interop;
using Cairn.Files.Walking;

namespace Cairn.Files.Selecting;

/// <summary>Something on the disk by its path, for asking a selection outside of a walk.</summary>
/// <param name="followsLinks">Whether a link is what it leads to, if it leads anywhere.</param>
public sealed unsafe class DiskCandidate(ReadOnlySpan<byte> path, bool followsLinks = false) : ICandidate
{
    readonly byte[] _path = [.. path, 0];

    /// <summary>Null if nothing is there that could be stored.</summary>
    public EntryKind? Kind
    {
        get
        {
            Statx stat;
            return Look(&stat) ? stat.Kind : null;
        }
    }

    /// <summary>Of its file system; null if nothing is there.</summary>
    public ulong? Device
    {
        get
        {
            Statx stat;
            return Look(&stat) ? stat.Device : null;
        }
    }

    bool Look(Statx* stat)
    {
        fixed (byte* name = _path)
            return followsLinks && Libc.StatAt(Libc.CurrentDirectory, name, 0, Libc.StatxForIdentity, stat) >= 0
                || Libc.StatAt(Libc.CurrentDirectory, name, Libc.AtNoFollow, Libc.StatxForIdentity, stat) >= 0;
    }

    public (long Size, FileTime Modified)? SizeAndTime
    {
        get
        {
            fixed (byte* name = _path)
                return At(name).SizeAndTime;
        }
    }

    public bool Contains(ReadOnlySpan<byte> name)
    {
        fixed (byte* path = _path)
            return At(path).Contains(name);
    }

    public bool ContainsFile(ReadOnlySpan<byte> name, ReadOnlySpan<byte> beginning)
    {
        fixed (byte* path = _path)
            return At(path).ContainsFile(name, beginning);
    }

    WalkCandidate At(byte* path) => new WalkCandidate().At(Libc.CurrentDirectory, path, followsLinks);
}
