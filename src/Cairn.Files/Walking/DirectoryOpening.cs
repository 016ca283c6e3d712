using Cairn.Files.Interop;

namespace Cairn.Files.Walking;

/// <summary>Opens directories of the walk, the first time and again.</summary>
static unsafe class DirectoryOpening
{
    public static ChildDirectory Root(SourceNode node, out FileDescriptor directory)
    {
        fixed (byte* path = "/\0"u8)
        {
            var isAncestor = !node.IsSource;
            var descriptor = Libc.OpenAt(Libc.CurrentDirectory, path, Flags(isAncestor, mayBeLink: true));
            if (descriptor < 0)
                throw new Engine.Sources.SourceMissingException($"/ cannot be read: {Errno.Describe(descriptor)}.");
            directory = new FileDescriptor(descriptor);
            Statx stat;
            Libc.StatDescriptor(descriptor, Libc.StatxForIdentity, &stat);
            return new ChildDirectory(default, stat.Inode, stat.Device, node, isAncestor);
        }
    }

    /// <summary>0, or why there is no directory.</summary>
    public static long Open(FileDescriptor parent, ChildDirectory child, out FileDescriptor? directory) =>
        Open(parent, child.Name.Span, Flags(child.IsAncestor, child.MayBeLink), out directory);

    /// <summary>The directory above an open one, if it still is the one that was walked.</summary>
    public static FileDescriptor? Parent(FileDescriptor? child, ChildDirectory place)
    {
        if (child is null)
            return null;
        Open(child, ".."u8, Flags(place.IsAncestor, mayBeLink: true), out var parent);
        return KeepIfSame(parent, place);
    }

    /// <summary>The last of the frames, reached from the root: for when <c>..</c> leads elsewhere.</summary>
    public static FileDescriptor? Descend(IReadOnlyList<WalkFrame> frames)
    {
        FileDescriptor? directory = null;
        Open(null, "/"u8, Flags(isAncestor: frames.Count > 1, mayBeLink: true), out directory);
        for (var i = 1; i < frames.Count && directory is not null; i++)
        {
            using var above = directory;
            var place = frames[i].Place;
            var isLast = i == frames.Count - 1;
            Open(above, place.Name.Span, Flags(place.IsAncestor || !isLast, place.MayBeLink), out directory);
        }
        return KeepIfSame(directory, frames[^1].Place);
    }

    // On the way to a source the right to pass through is enough.
    static int Flags(bool isAncestor, bool mayBeLink) =>
        Libc.DirectoryOnly | (isAncestor ? Libc.PathOnly : Libc.ReadOnly) | (mayBeLink ? 0 : Libc.NoFollow);

    static long Open(FileDescriptor? parent, ReadOnlySpan<byte> name, int flags, out FileDescriptor? directory)
    {
        var text = stackalloc byte[CName.BufferSize];
        directory = null;
        if (!CName.TryTerminate(name, new Span<byte>(text, CName.BufferSize)))
            return -Errno.NameTooLong;
        var descriptor = (flags & Libc.PathOnly) != 0
            ? Libc.OpenAt(parent?.Number ?? Libc.CurrentDirectory, text, flags)
            : Libc.OpenAtQuietly(parent?.Number ?? Libc.CurrentDirectory, text, flags);
        if (descriptor < 0)
            return descriptor;
        directory = new FileDescriptor(descriptor);
        return 0;
    }

    static FileDescriptor? KeepIfSame(FileDescriptor? directory, ChildDirectory place)
    {
        if (directory is null)
            return null;
        Statx stat;
        if (Libc.StatDescriptor(directory.Number, Libc.StatxForIdentity, &stat) == 0
            && stat.Inode == place.Inode && stat.Device == place.Device)
        {
            return directory;
        }
        directory.Dispose();
        return null;
    }
}
