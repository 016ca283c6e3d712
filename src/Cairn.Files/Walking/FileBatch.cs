using Cairn.Engine.Entries;
using Cairn.Engine.Sources;
using Cairn.Files.Interop;

namespace Cairn.Files.Walking;

/// <summary>A batch with a share of its directory's descriptor, if it has files to be opened.</summary>
sealed class FileBatch(FileDescriptor? directory, SourceNode? node, bool followsLinks, LockPolicy? locks)
    : DirectoryBatch
{
    FileDescriptor? _directory = directory?.Share();

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
