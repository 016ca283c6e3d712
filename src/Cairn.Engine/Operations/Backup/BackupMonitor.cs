using Cairn.Engine.Repositories.Writing;

namespace Cairn.Engine.Operations.Backup;

/// <summary>The counts of a running backup. Any thread may add, any thread may sample.</summary>
public sealed class BackupMonitor : IProgressSource
{
    long _files, _directories, _others, _bytes, _new, _changed, _unchanged, _vanished, _read, _parts;
    long _expectedFiles = -1, _expectedBytes = -1;
    volatile string _phase = "starting";

    public WriteCounters Written { get; } = new();

    public void Begin(string phase) => _phase = phase;

    public ProgressSample Sample()
    {
        var files = Interlocked.Read(ref _files);
        var bytes = Interlocked.Read(ref _bytes) + Interlocked.Read(ref _parts);
        return new ProgressSample(
            _phase, files, TotalOf(ref _expectedFiles, files), bytes, TotalOf(ref _expectedBytes, bytes),
            Written.PackBytes);
    }

    /// <summary>What there is to do, from whoever has counted it beforehand.</summary>
    public void Expect(long files, long bytes)
    {
        Interlocked.Exchange(ref _expectedFiles, files);
        Interlocked.Exchange(ref _expectedBytes, bytes);
    }

    internal void AddRead(long bytes) => Interlocked.Add(ref _read, bytes);

    /// <summary>A piece of a large file is stored: it moves the display, though the file counts when it is
    /// whole.</summary>
    internal void ShowPart(PendingFile file, long bytes)
    {
        Interlocked.Add(ref file.BytesShown, bytes);
        Interlocked.Add(ref _parts, bytes);
    }

    /// <summary>The file is about to be counted, or was left out.</summary>
    internal void EndPart(PendingFile file) =>
        Interlocked.Add(ref _parts, -Interlocked.Exchange(ref file.BytesShown, 0));

    internal void AddVanished(long entries) => Interlocked.Add(ref _vanished, entries);

    internal void AddDirectory() => Interlocked.Increment(ref _directories);

    internal void AddOther() => Interlocked.Increment(ref _others);

    internal void AddUnchanged(long bytes) => AddFile(ref _unchanged, bytes);

    internal void AddNew(long bytes) => AddFile(ref _new, bytes);

    internal void AddChanged(long bytes) => AddFile(ref _changed, bytes);

    /// <summary>A further pass sees every entry again; what was read and stored remains counted.</summary>
    internal void BeginPass()
    {
        _files = _directories = _others = _bytes = _new = _changed = _unchanged = _vanished = _parts = 0;
    }

    internal Snapshots.SnapshotStatistics ToStatistics() => new()
    {
        Files = _files, Directories = _directories, Others = _others, Bytes = _bytes, FilesNew = _new,
        FilesChanged = _changed, FilesUnchanged = _unchanged, EntriesVanished = _vanished, BytesRead = _read,
        BlobsStored = Written.Blobs, BytesStoredPlain = Written.PlainBytes, BytesStored = Written.PackBytes,
        PacksStored = Written.Packs,
    };

    void AddFile(ref long sort, long bytes)
    {
        Interlocked.Increment(ref sort);
        Interlocked.Increment(ref _files);
        Interlocked.Add(ref _bytes, bytes);
    }

    static long? TotalOf(ref long expected, long done)
    {
        var total = Interlocked.Read(ref expected);
        return total < 0 ? null : Math.Max(total, done);
    }
}
