using System.Runtime.InteropServices;
using Cairn.Engine.Entries;
using Cairn.Files.Interop;
using Cairn.Files.Selecting;

namespace Cairn.Files.Walking;

/// <summary>
/// Finds out whether anything beneath a scanned directory is included, as its own entry goes out before it is entered.
/// What cannot be told counts as yes: the walk then comes there and reports it.
/// </summary>
sealed unsafe class Lookahead(ISelection selection, FileTreeOptions options) : IDisposable
{
    const int BufferSize = 32 << 10;
    const int DepthMax = 256; // each level holds a descriptor; a directory too much is no harm

    readonly byte* _buffer = (byte*)NativeMemory.Alloc(BufferSize);
    readonly PathBuilder _paths = new();
    readonly WalkCandidate _candidate = new();

    /// <param name="path">Of the directory that holds the name, without a slash in front.</param>
    /// <param name="name">Ends with NUL.</param>
    public bool FindsAnything(FileDescriptor parent, ReadOnlySpan<byte> path, byte* name, ulong sourceDevice) =>
        FindsAnything(
            parent, PathBuilder.Child(path, MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name)), name,
            sourceDevice, depth: 0);

    bool FindsAnything(FileDescriptor parent, byte[] path, byte* name, ulong sourceDevice, int depth)
    {
        if (depth == DepthMax)
            return true;
        var descriptor = Libc.OpenAtQuietly(
            parent.Number, name, Libc.DirectoryOnly | Libc.ReadOnly | Libc.NoFollow);
        if (descriptor < 0)
            return !Errno.IsGone(descriptor);
        using var directory = new FileDescriptor(descriptor);
        Statx stat;
        if (options.OneFileSystem && Libc.StatDescriptor(descriptor, Libc.StatxForIdentity, &stat) >= 0
            && stat.Device != sourceDevice)
            return false;
        var scanned = new List<byte[]>();
        if (HasIncluded(directory, path, scanned))
            return true;
        foreach (var child in scanned)
        {
            fixed (byte* text = child)
            {
                var childPath = PathBuilder.Child(path, child.AsSpan(..^1));
                if (FindsAnything(directory, childPath, text, sourceDevice, depth + 1))
                    return true;
            }
        }
        return false;
    }

    // Adds the directories to be searched as well, each with a NUL at its end.
    bool HasIncluded(FileDescriptor directory, byte[] path, List<byte[]> scanned)
    {
        while (true)
        {
            var filled = Libc.GetDirectoryRecords(directory.Number, _buffer, BufferSize);
            if (filled <= 0)
                return filled < 0;
            var end = _buffer + filled;
            for (var record = _buffer; record < end; record += *(ushort*)(record + Libc.DirentLengthOffset))
            {
                var pointer = record + Libc.DirentNameOffset;
                var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(pointer);
                if (DirectoryRecord.IsSelfOrParent(name) || DirectoryRecord.IsSocket(record))
                    continue;
                var kind = DirectoryRecord.KindOf(directory, record, options.FollowsLinks);
                var verdict = selection.Decide(
                    _paths.Absolute(path, name), kind, _candidate.At(directory, pointer, options.FollowsLinks));
                if (verdict == Verdict.Include)
                    return true;
                if (verdict == Verdict.Scan && options.FollowsLinks && !DirectoryRecord.IsDirectory(record))
                    return true;
                if (verdict == Verdict.Scan)
                    scanned.Add([.. name, 0]);
            }
        }
    }

    public void Dispose() => NativeMemory.Free(_buffer);
}
