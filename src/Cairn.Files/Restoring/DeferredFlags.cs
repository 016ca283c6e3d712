using Cairn.Engine.Entries;
using Cairn.Files.Interop;

namespace Cairn.Files.Restoring;

/// <summary>
/// Inode flags of files with several names, kept until the last of the names is there: nobody can link to what is
/// immutable. Any thread.
/// </summary>
sealed unsafe class DeferredFlags(DirectoryCache directories, MetadataWriter metadata)
{
    readonly Lock _lock = new();
    readonly List<(byte[] Path, Entry Entry)> _files = [];

    public void Add(ReadOnlySpan<byte> path, Entry entry)
    {
        lock (_lock)
            _files.Add((path.ToArray(), entry));
    }

    public void SetAll()
    {
        lock (_lock)
        {
            foreach (var (path, entry) in _files)
                Set(path, entry);
            _files.Clear();
        }
    }

    void Set(byte[] path, Entry entry)
    {
        var text = stackalloc byte[CName.BufferSize];
        var parent = TargetPath.Split(path, out var name);
        if (!CName.TryTerminate(name, new Span<byte>(text, CName.BufferSize)))
            return;
        using var directory = directories.Borrow(parent);
        const int flags = Libc.ReadOnly | Libc.NonBlocking;
        var descriptor = Libc.OpenAt(directory.Number, text, flags | Libc.NoFollow);
        if (descriptor < 0)
        {
            metadata.Shortfalls.Add($"the inode flags could not be set: {Errno.Describe(descriptor)}", path);
            return;
        }
        using var file = new FileDescriptor(descriptor);
        metadata.Attributes.SetFlags(descriptor, path, entry.InodeFlags);
    }
}
