using Cairn.Engine.Entries;
using Cairn.Engine.Manifests.Local;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Writing;
using Cairn.Engine.Sources;

namespace Cairn.Engine.Operations.Backup;

/// <summary>
/// Decides for each entry of the walk whether it must be read: compares with the previous snapshot's local copy in one
/// merge, and hands the rest to the workers. The walker's thread.
/// </summary>
sealed class SourceComparer(
    Repository repository, BlobWriter writer, WorkQueue queue, LocalManifest? former, BackupOptions options)
{
    // Enough to make queueing cheap, few enough that both workers have something to do in a directory.
    const int FilesPerItem = 64;
    const long BytesPerItem = 1 << 20;
    const byte FileClass = 0;

    readonly LocalManifestCursor? _former = former?.OpenCursor();
    readonly int _smallMax = ContentWorker.SmallFileMax(repository);
    readonly EngineThreads _threads = repository.Environment.Threads;
    readonly List<int> _small = [];

    public ulong Vanished => _former?.Vanished ?? 0;

    /// <summary>What the batch needs, before anybody is told of it.</summary>
    public BatchWork Compare(DirectoryBatch batch)
    {
        var work = new BatchWork(FileClass, batch.DirectoryPath, batch.Entries, batch, _threads);
        var small = 0;
        for (var i = 0; i < batch.Entries.Count; i++)
        {
            var entry = batch.Entries[i];
            // What happens beside a source changes the time of the directories above it: no reason for a new manifest.
            if ((entry.Marks & EntryMarks.Ancestor) != 0)
                entry.Modified = default;
            if (IsUnchanged(work, i))
                work.StateOf(i) = BatchEntryState.Unchanged;
            else if (entry.Kind != EntryKind.File)
                continue;
            else if (entry.Size == 0)
                entry.Content = FileContent.Empty;
            else if (entry.Size > _smallMax)
                work.AddLarge(i, new PendingFile(entry, _threads));
            else
            {
                work.StateOf(i) = BatchEntryState.Small;
                small++;
            }
        }
        work.Expect(small);
        return work;
    }

    /// <summary>Queues the batch's files; false if the pass was stopped.</summary>
    public bool Queue(BatchWork work)
    {
        var bytes = 0L;
        for (var i = 0; i < work.Entries.Count; i++)
        {
            if (work.StateOf(i) == BatchEntryState.Large && !queue.AddFiles(new LargeFileWork(work, work.LargeAt(i))))
                return false;
            if (work.StateOf(i) != BatchEntryState.Small)
                continue;
            _small.Add(i);
            bytes += work.Entries[i].Size;
            if (_small.Count < FilesPerItem && bytes < BytesPerItem)
                continue;
            if (!QueueSmall(work))
                return false;
            bytes = 0;
        }
        return _small.Count == 0 || QueueSmall(work);
    }

    /// <summary>Whether the previous snapshot had a stream of that name. Asked in the manifest's order, behind all
    /// files.
    /// </summary>
    public bool IsKnown(byte @class, Entry entry) =>
        _former is not null && _former.TryAdvanceTo(@class, directory: default, entry.Name.Span);

    public void Finish() => _former?.Finish();

    bool QueueSmall(BatchWork work)
    {
        int[] indices = [.. _small];
        _small.Clear();
        return queue.AddFiles(new SmallFilesWork(work, indices));
    }

    bool IsUnchanged(BatchWork work, int index)
    {
        var entry = work.Entries[index];
        if (_former is null || !_former.TryAdvanceTo(FileClass, work.Directory.Span, entry.Name.Span))
            return false;
        work.IsKnown(index) = true;
        if (options.ReadsAll || entry.Kind != EntryKind.File)
            return false;
        var former = _former.Current;
        return former.HasContentOf(entry, options.ChangeRules) && former.HasMetadataOf(entry, repository.Hasher)
            && AreAllKnown(former);
    }

    // Known means: in a pack that nobody has condemned. Otherwise the file is read again, as if it had changed.
    bool AreAllKnown(scoped in LocalEntry former)
    {
        foreach (var blob in former.Blobs)
        {
            if (!writer.TryReuse(blob.Id))
                return false;
        }
        return true;
    }
}
