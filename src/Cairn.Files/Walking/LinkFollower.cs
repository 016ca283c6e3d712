using System.Runtime.InteropServices;
using Cairn.Files.Interop;

namespace Cairn.Files.Walking;

/// <summary>Takes links for what they lead to, where that ends. On the walking thread only.</summary>
sealed unsafe class LinkFollower
{
    readonly WalkProblems _problems;
    readonly HashSet<(ulong Device, ulong Inode)> _closed = [];

    public LinkFollower(FileTreeOptions options, WalkProblems problems)
    {
        _problems = problems;
        foreach (var directory in options.NeverFollowedInto)
        {
            Statx stat;
            fixed (byte* path = (byte[])[.. directory.Span, 0])
            {
                if (Libc.StatAt(Libc.CurrentDirectory, path, 0, Libc.StatxForIdentity, &stat) >= 0)
                    _closed.Add((stat.Device, stat.Inode));
            }
        }
    }

    /// <summary>Whether a directory, however it was reached, is none of the source's.</summary>
    public bool IsClosed(in Statx directory) => _closed.Contains((directory.Device, directory.Inode));

    /// <summary>If the link leads somewhere, makes its facts those of what is there.</summary>
    public bool TryFollow(WalkFrame frame, FileDescriptor directory, byte* name, Statx* stat)
    {
        Statx behind;
        var error = Libc.StatAt(directory.Number, name, 0, Libc.StatxWanted, &behind);
        var shown = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name);
        if (error < 0)
        {
            if (-error is Errno.NoEntry or Errno.NotDirectory or Errno.TooManyLinks)
                _problems.Note(frame.Path, shown, "is a link that leads nowhere: kept as a link");
            else
                _problems.Error(
                    frame.Path, shown, $"is a link that cannot be followed, and kept as one: {Errno.Describe(error)}");
            return false;
        }
        if (behind.IsDirectory && frame.IsWithin(behind))
        {
            _problems.Note(frame.Path, shown, "is a link to a directory above itself: kept as a link");
            return false;
        }
        *stat = behind;
        return true;
    }
}
