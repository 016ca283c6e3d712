using Cairn.Engine.Entries;
using Cairn.Engine.Sources;
using Cairn.Files.Interop;

namespace Cairn.Files.Walking;

/// <summary>A batch with a share of its directory's descriptor, as long as there are files to be opened.</summary>
sealed unsafe class FileBatch(
    FileDescriptor directory, SourceNode? node, List<int> followed, bool followsLinks, LockPolicy? locks)
    : DirectoryBatch
{
    FileDescriptor? _directory = directory.Share();

    /// <summary>Once, before anybody else sees the batch.</summary>
    public void ReadAttributes(AttributeReader reader)
    {
        var text = stackalloc byte[CName.BufferSize];
        var hasFiles = false;
        for (var i = 0; i < Entries.Count; i++)
        {
            var entry = Entries[i];
            hasFiles |= entry.Kind == EntryKind.File;
            CName.TryTerminate(entry.Name.Span, new Span<byte>(text, CName.BufferSize));
            var flags = followed.Contains(i) ? 0 : Libc.AtNoFollow;
            entry.Attributes = reader.Read(DirectoryPath.Span, _directory!, text, flags);
        }
        if (!hasFiles)
            Dispose();
    }

    public override ISourceFile Open(Entry entry)
    {
        ObjectDisposedException.ThrowIf(_directory is null, this);
        if (entry.Kind != EntryKind.File)
            throw new ArgumentException("Only a regular file can be opened.", nameof(entry));
        // Whatever a link leads to by now, only the file that was listed is read.
        var followLink = followsLinks || node?.Find(entry.Name.Span) is not null;
        var file = SourceFile.Open(_directory, entry, followLink);
        if (locks is not null)
            file.Lock(locks, entry);
        return file;
    }

    public override void Dispose() => Interlocked.Exchange(ref _directory, null)?.Release();
}
