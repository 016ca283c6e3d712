using Cairn.Engine.Entries;
using Cairn.Files.Interop;
using Cairn.Files.Selecting;

namespace Cairn.Files.Walking;

/// <summary>A name in an open directory, for a selection to ask about. One is used again for all names.</summary>
sealed unsafe class WalkCandidate : ICandidate
{
    int _directory;
    byte* _name;
    int _flags;

    /// <param name="name">Ends with NUL.</param>
    /// <param name="followsLinks">Whether a link is what it leads to.</param>
    public WalkCandidate At(FileDescriptor directory, byte* name, bool followsLinks = false) =>
        At(directory.Number, name, followsLinks);

    public WalkCandidate At(int directory, byte* name, bool followsLinks = false)
    {
        _flags = followsLinks ? 0 : Libc.AtNoFollow;
        _directory = directory;
        _name = name;
        return this;
    }

    public (long Size, FileTime Modified)? SizeAndTime
    {
        get
        {
            Statx stat;
            return Libc.StatAt(_directory, _name, _flags, Libc.StatxWanted, &stat) < 0
                ? null
                : (stat.Size, stat.Modified);
        }
    }

    public bool Contains(ReadOnlySpan<byte> name)
    {
        Statx stat;
        fixed (byte* path = Inside(name))
            return Libc.StatAt(_directory, path, Libc.AtNoFollow, Libc.StatxForIdentity, &stat) >= 0;
    }

    public bool ContainsFile(ReadOnlySpan<byte> name, ReadOnlySpan<byte> beginning)
    {
        Statx stat;
        fixed (byte* path = Inside(name))
        {
            // Looked at first, so that nothing but a file is ever opened.
            if (Libc.StatAt(_directory, path, Libc.AtNoFollow, Libc.StatxForIdentity, &stat) < 0 || !stat.IsFile)
                return false;
            var descriptor = Libc.OpenAtQuietly(
                _directory, path, Libc.ReadOnly | Libc.NonBlocking | Libc.NoFollow);
            if (descriptor < 0)
                return false;
            using var file = new FileDescriptor(descriptor);
            var read = stackalloc byte[beginning.Length];
            var content = new Span<byte>(read, beginning.Length);
            return Libc.Read(file.Number, content, 0) == beginning.Length && content.SequenceEqual(beginning);
        }
    }

    byte[] Inside(ReadOnlySpan<byte> name)
    {
        var own = System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated(_name);
        return [.. own, (byte)'/', .. name, 0];
    }
}
