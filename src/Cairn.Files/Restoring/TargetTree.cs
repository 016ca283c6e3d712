using System.Runtime.InteropServices;
using Cairn.Engine.Sources;
using Cairn.Files.Interop;
using Cairn.Files.Walking;

namespace Cairn.Files.Restoring;

/// <summary>Lists and removes what is in a target, from open directories and never through a link.</summary>
static unsafe class TargetTree
{
    const int BufferSize = 32 << 10;
    const int OwnerAll = 0x1C0; // rwx------

    /// <summary>Children with their kinds, sorted by name.</summary>
    public static List<TargetChild> List(int directory, ReadOnlySpan<byte> path)
    {
        using var names = new NameList();
        ReadNames(directory, names, path);
        names.Sort();
        var children = new List<TargetChild>(names.Count);
        for (var i = 0; i < names.Count; i++)
        {
            Statx stat;
            if (Libc.StatAt(directory, names.Pointer(i), Libc.AtNoFollow, Libc.StatxForIdentity, &stat) == 0)
                children.Add(new TargetChild(names.Name(i).ToArray(), stat.Kind));
        }
        return children;
    }

    /// <summary>0, or why something of it is still there.</summary>
    public static long Remove(int parent, byte* name, ReadOnlySpan<byte> path)
    {
        Statx stat;
        long error = Libc.StatAt(parent, name, Libc.AtNoFollow, Libc.StatxForIdentity, &stat);
        if (error < 0)
            return Errno.IsGone(error) ? 0 : error;
        Statx above;
        error = Libc.StatDescriptor(parent, Libc.StatxForIdentity, &above);
        if (error == 0 && stat.Device != above.Device)
            error = -Errno.CrossDevice;
        return error < 0 ? error : Remove(parent, name, stat, path);
    }

    static long Remove(int parent, byte* name, in Statx stat, ReadOnlySpan<byte> path)
    {
        Placement.TryUnblock(parent, name);
        if (!stat.IsDirectory)
            return Libc.RemoveFileAt(parent, name);
        // Its own owner may have forbidden himself to list it or to take something out.
        if ((stat.Mode & OwnerAll) != OwnerAll)
            Libc.SetModeAt(parent, name, (uint)(stat.Mode | OwnerAll));
        var descriptor = Libc.OpenAt(parent, name, Libc.ReadOnly | Libc.DirectoryOnly | Libc.NoFollow);
        if (descriptor < 0)
            return descriptor;
        using var directory = new FileDescriptor(descriptor);
        using var names = new NameList();
        ReadNames(descriptor, names, path);
        for (var i = 0; i < names.Count; i++)
        {
            var error = Remove(descriptor, names.Pointer(i), path);
            if (error < 0)
                return error;
        }
        return Libc.RemoveDirectoryAt(parent, name);
    }

    static void ReadNames(int directory, NameList names, ReadOnlySpan<byte> path)
    {
        var here = stackalloc byte[2] { (byte)'.', 0 };
        // A descriptor of its own, as reading moves the position.
        var own = Libc.OpenAt(directory, here, Libc.ReadOnly | Libc.DirectoryOnly);
        if (own < 0)
            throw WriteFailure.At(path, "cannot be listed", own);
        using var closing = new FileDescriptor(own);
        var buffer = (byte*)NativeMemory.Alloc(BufferSize);
        try
        {
            long filled;
            while ((filled = Libc.GetDirectoryRecords(own, buffer, BufferSize)) > 0)
                AddNames(buffer, filled, names);
            if (filled < 0)
                throw WriteFailure.At(path, "cannot be listed", filled);
        }
        finally
        {
            NativeMemory.Free(buffer);
        }
    }

    static void AddNames(byte* records, long filled, NameList names)
    {
        for (var at = 0L; at < filled; at += *(ushort*)(records + at + Libc.DirentLengthOffset))
        {
            var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(records + at + Libc.DirentNameOffset);
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                names.Add(name);
        }
    }
}
