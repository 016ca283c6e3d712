using Cairn.Engine.Sources;
using Cairn.Files.Interop;

namespace Cairn.Files.Restoring;

/// <summary>
/// Recently used directories of the target, open, by path. Restores come in the order of packs, so the same few
/// hundred directories are asked for again and again. Any thread.
/// </summary>
sealed unsafe class DirectoryCache(int rootDescriptor) : IDisposable
{
    const int KeptMax = 256;

    // Longer stretches than the kernel takes at once are opened in several.
    const int StretchMax = 4000;

    readonly Dictionary<byte[], TargetDirectory> _open = new(new PathComparer());
    readonly TargetDirectory _root = new(rootDescriptor);
    readonly Lock _lock = new();
    static volatile bool _lacksOpenAt2;
    long _uses;

    public DirectoryLease Borrow(ReadOnlySpan<byte> path)
    {
        if (path.IsEmpty)
            return new DirectoryLease(_root.Share());
        if (Find(path) is { } found)
            return new DirectoryLease(found);
        var start = 0;
        var above = Nearest(path, ref start);
        try
        {
            return new DirectoryLease(Keep(path, new TargetDirectory(Open(above.Number, path, start))));
        }
        finally
        {
            above.Release();
        }
    }

    TargetDirectory? Find(ReadOnlySpan<byte> path)
    {
        lock (_lock)
        {
            if (!_open.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(path, out var directory))
                return null;
            directory.LastUse = ++_uses;
            return directory.Share();
        }
    }

    /// <summary>The deepest open directory above, and where in the path what is below it starts.</summary>
    TargetDirectory Nearest(ReadOnlySpan<byte> path, ref int start)
    {
        for (var slash = path.LastIndexOf((byte)'/'); slash > 0; slash = path[..slash].LastIndexOf((byte)'/'))
        {
            if (Find(path[..slash]) is not { } directory)
                continue;
            start = slash + 1;
            return directory;
        }
        return _root.Share();
    }

    TargetDirectory Keep(ReadOnlySpan<byte> path, TargetDirectory directory)
    {
        lock (_lock)
        {
            var lookup = _open.GetAlternateLookup<ReadOnlySpan<byte>>();
            if (lookup.TryGetValue(path, out var earlier))
            {
                directory.Dispose(); // another thread was faster
                return earlier.Share();
            }
            if (_open.Count >= KeptMax)
                DropOldest();
            directory.LastUse = ++_uses;
            _open.Add(path.ToArray(), directory);
            return directory.Share();
        }
    }

    // A quarter at a time, so that the search costs little per directory.
    void DropOldest()
    {
        foreach (var (path, directory) in _open.OrderBy(pair => pair.Value.LastUse).Take(KeptMax / 4).ToArray())
        {
            _open.Remove(path);
            directory.Dispose();
        }
    }

    static int Open(int above, ReadOnlySpan<byte> path, int start)
    {
        var descriptor = above;
        while (true)
        {
            var rest = path[start..];
            var stretch = rest.Length <= StretchMax ? rest.Length : rest[..StretchMax].LastIndexOf((byte)'/');
            var isLast = stretch == rest.Length;
            int next = stretch <= 0
                ? -Errno.NameTooLong
                : OpenStretch(descriptor, rest[..stretch], isLast ? Libc.ReadOnly : Libc.PathOnly);
            if (descriptor != above)
                Libc.Close(descriptor);
            if (next < 0)
                throw WriteFailure.At(path, "this directory cannot be entered", next);
            if (isLast)
                return next;
            descriptor = next;
            start += stretch + 1;
        }
    }

    static int OpenStretch(int above, ReadOnlySpan<byte> path, int flags)
    {
        if (_lacksOpenAt2)
            return OpenStepwise(above, path, flags);
        var text = stackalloc byte[StretchMax + 1];
        path.CopyTo(new Span<byte>(text, StretchMax));
        text[path.Length] = 0;
        const ulong resolve = Libc.ResolveBeneath | Libc.ResolveNoSymlinks | Libc.ResolveNoMagicLinks;
        var result = Libc.OpenAt2(above, text, flags | Libc.DirectoryOnly | Libc.NoFollow, resolve);
        // Not permitted: some sandboxes answer so to calls that they do not know.
        if (-result is not (Errno.NotImplemented or Errno.NotPermitted))
            return result;
        _lacksOpenAt2 = true;
        return OpenStepwise(above, path, flags);
    }

    /// <summary>For kernels before 5.6: the same one component at a time, none of which may be a link.</summary>
    internal static int OpenStepwise(int above, ReadOnlySpan<byte> path, int flags)
    {
        var text = stackalloc byte[CName.BufferSize];
        var descriptor = above;
        while (true)
        {
            var slash = path.IndexOf((byte)'/');
            var name = slash < 0 ? path : path[..slash];
            var wanted = (slash < 0 ? flags : Libc.PathOnly) | Libc.DirectoryOnly | Libc.NoFollow;
            var next = CName.TryTerminate(name, new Span<byte>(text, CName.BufferSize))
                ? Libc.OpenAt(descriptor, text, wanted)
                : -Errno.NameTooLong;
            if (descriptor != above)
                Libc.Close(descriptor);
            if (slash < 0 || next < 0)
                return next;
            descriptor = next;
            path = path[(slash + 1)..];
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var directory in _open.Values)
                directory.Dispose();
            _open.Clear();
            _root.Dispose();
        }
    }
}
