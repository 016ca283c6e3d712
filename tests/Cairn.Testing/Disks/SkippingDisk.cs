using Cairn.Storage.Disks;

namespace Cairn.Testing.Disks;

/// <summary>A duty of a store towards its disk.</summary>
public enum DiskDuty
{
    SyncFile,
    SyncDirectory,
    SyncBeforeRename,
}

/// <summary>
/// Leaves out one duty, as a store would that forgot it: tests that cut the power must find out. For
/// <see cref="DiskDuty.SyncBeforeRename"/> the file is synced all the same, but right behind the rename.
/// </summary>
public sealed class SkippingDisk(IDiskOperations inner, DiskDuty skipped) : IDiskOperations
{
    public IDiskFile CreateNew(string path) => new SkippingFile(inner.CreateNew(path), skipped);

    public IDiskFile OpenRead(string path) => inner.OpenRead(path);

    public void MakeDirectory(string path) => inner.MakeDirectory(path);

    public void SyncDirectory(string path)
    {
        if (skipped != DiskDuty.SyncDirectory)
            inner.SyncDirectory(path);
    }

    public void RenameWithoutReplacing(string from, string to)
    {
        inner.RenameWithoutReplacing(from, to);
        if (skipped != DiskDuty.SyncBeforeRename)
            return;
        using var file = inner.OpenRead(to);
        file.Sync();
    }

    public void Link(string from, string to) => inner.Link(from, to);

    public void Unlink(string path) => inner.Unlink(path);

    public DiskFacts? Stat(string path) => inner.Stat(path);

    public void ReadDirectory(string path, Action<DiskName> visit) => inner.ReadDirectory(path, visit);

    sealed class SkippingFile(IDiskFile inner, DiskDuty skipped) : IDiskFile
    {
        public void Write(IReadOnlyList<ReadOnlyMemory<byte>> parts) => inner.Write(parts);

        public void Sync()
        {
            if (skipped == DiskDuty.SyncDirectory)
                inner.Sync();
        }

        public int Read(Span<byte> destination, long offset) => inner.Read(destination, offset);

        public DiskFacts Stat() => inner.Stat();

        public void Dispose() => inner.Dispose();
    }
}
