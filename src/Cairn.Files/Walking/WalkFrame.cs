using Cairn.Files.Interop;

namespace Cairn.Files.Walking;

/// <summary>A child directory still to be entered.</summary>
/// <param name="IsFollowed">It is a link to that directory.</param>
readonly record struct ChildDirectory(
    ReadOnlyMemory<byte> Name, ulong Inode, ulong Device, SourceNode? Node, bool IsAncestor, bool IsFollowed = false)
{
    /// <summary>Whether a link of that name is meant, and not something that came in its place.</summary>
    public bool MayBeLink => Node is not null || IsFollowed;
}

/// <summary>A directory the walk is in: on its stack from the root to where it is.</summary>
sealed class WalkFrame(ChildDirectory place, WalkFrame? parent, byte[] path, ulong sourceDevice)
{
    int _next;

    public ChildDirectory Place { get; } = place;

    /// <summary>As in <see cref="Engine.Sources.DirectoryBatch.DirectoryPath"/>.</summary>
    public byte[] Path { get; } = path;

    /// <summary>The device of the source this is in, for staying on one file system.</summary>
    public ulong SourceDevice { get; } = sourceDevice;

    /// <summary>Null while too many directories are open.</summary>
    public FileDescriptor? Directory { get; set; }

    /// <summary>Those of the entries that are directories to be entered, in order.</summary>
    public List<ChildDirectory> Children { get; } = [];

    /// <summary>Whether a directory is this one or one of those above it: following a link there would never
    /// end.</summary>
    public bool IsWithin(in Statx directory)
    {
        for (var frame = this; frame is not null; frame = frame.Parent)
        {
            if (frame.Place.Inode == directory.Inode && frame.Place.Device == directory.Device)
                return true;
        }
        return false;
    }

    WalkFrame? Parent { get; } = parent;

    public bool HasNextChild => _next < Children.Count;

    public ChildDirectory TakeChild()
    {
        var child = Children[_next];
        Children[_next++] = default; // lets go of its batch's names
        return child;
    }
}
