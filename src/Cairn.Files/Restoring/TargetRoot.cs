using Cairn.Files.Interop;

namespace Cairn.Files.Restoring;

/// <summary>Opens the directory that a restore is to fill. Links in the path that the user gave are followed.</summary>
static unsafe class TargetRoot
{
    const uint OrdinaryMode = 0x1FF; // less the umask

    public static int Open(ReadOnlySpan<byte> path)
    {
        if (path.IsEmpty || path.Contains((byte)0))
            throw WriteFailure.At(path, "the target is no path", -Errno.Invalid);
        MakeMissing(path);
        fixed (byte* text = Terminated(path))
        {
            var descriptor = Libc.OpenAt(Libc.CurrentDirectory, text, Libc.ReadOnly | Libc.DirectoryOnly);
            return descriptor >= 0
                ? descriptor
                : throw WriteFailure.At(path, "the target directory cannot be opened", descriptor);
        }
    }

    public static bool IsEmpty(int directory)
    {
        // A descriptor of its own, as reading moves the position.
        byte* here = stackalloc byte[2] { (byte)'.', 0 };
        var buffer = stackalloc byte[4096];
        var own = Libc.OpenAt(directory, here, Libc.ReadOnly | Libc.DirectoryOnly);
        if (own < 0)
            throw WriteFailure.At("."u8, "the target directory cannot be listed", own);
        using var closing = new FileDescriptor(own);
        var names = 0;
        for (long filled; (filled = Libc.GetDirectoryRecords(own, buffer, 4096)) > 0 && names <= 2;)
        {
            for (var at = 0L; at < filled; at += *(ushort*)(buffer + at + Libc.DirentLengthOffset))
                names++;
        }
        return names <= 2; // "." and ".."
    }

    static void MakeMissing(ReadOnlySpan<byte> path)
    {
        for (var end = 1; end <= path.Length; end++)
        {
            if (end < path.Length && path[end] != '/')
                continue;
            fixed (byte* text = Terminated(path[..end]))
            {
                var error = Libc.MakeDirectoryAt(Libc.CurrentDirectory, text, OrdinaryMode);
                var isThere = -error is Errno.Exists or Errno.IsDirectory or Errno.ReadOnlyFileSystem;
                if (error < 0 && !isThere && end == path.Length)
                    throw WriteFailure.At(path, "the target directory cannot be created", error);
            }
        }
    }

    static byte[] Terminated(ReadOnlySpan<byte> path)
    {
        var text = new byte[path.Length + 1];
        path.CopyTo(text);
        return text;
    }
}
