using Cairn.Files.Interop;

namespace Cairn.Files.Walking;

/// <summary>A child directory still to be entered.</summary>
readonly record struct ChildDirectory(
    ReadOnlyMemory<byte> Name, ulong Inode, ulong Device, SourceNode? Node, bool IsAncestor);

/// <summary>A directory the walk is in: on its stack from the root to where it is.</summary>
sealed class WalkFrame(ChildDirectory place, byte[] path, ulong sourceDevice)
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

    public bool HasNextChild => _next < Children.Count;

    public ChildDirectory TakeChild()
    {
        var child = Children[_next];
        Children[_next++] = default; // lets go of its batch's names
        return child;
    }
}
