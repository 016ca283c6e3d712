using Cairn.Engine.Chunking;
using Cairn.Engine.Entries;
using Cairn.Engine.Manifests;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Repositories.Writing;
using Cairn.Engine.Sources;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Repair;

/// <summary>Reads wanted blobs by their ids: from a repository with the same keys, or from other places of this
/// one.</summary>
static class BlobSource
{
    public static async Task HealAsync(
        ReadSession source, Healer healer, RepairOptions options, WorkMonitor monitor,
        CancellationToken cancellationToken)
    {
        var repository = healer.Repository;
        using var worker = new BlobWorker(repository.Environment.Buffers, options.CompressionLevel);
        foreach (var id in healer.Wanted())
        {
            try
            {
                var kind = healer.KindOf(id);
                using var plain = await source.Blobs.ReadPooledAsync(kind, id, cancellationToken);
                monitor.Add(files: 1, plain.Length);
                await repository.Environment.Threads.RunBlocking(() => healer.Store(kind, plain.Span, worker));
            }
            catch (Repositories.DamagedObjectException)
            {
                // It is not there, or not whole: another source may have it.
            }
            await healer.AnnounceIfDueAsync(cancellationToken);
        }
    }
}

/// <summary>Cuts files of the disk as a backup would, and takes the chunks and lists that are wanted.</summary>
sealed class DiskSource(Healer healer, RepairOptions options, WorkMonitor monitor) : IBlobSink, IDisposable
{
    readonly BlobWorker _worker = new(healer.Repository.Environment.Buffers, options.CompressionLevel);
    readonly Reporter _reporter = new();

    /// <summary>When healing is over.</summary>
    public IReadOnlyList<SourceProblem> Problems => _reporter.Problems;

    public async Task HealAsync(IFileSource disk, CancellationToken cancellationToken)
    {
        var cutter = new ContentCutter(healer.Repository.CutRule, healer.Repository.Environment.Buffers);
        var lists = new ExtentListBuilder(this);
        foreach (var batch in disk.Walk(_reporter, cancellationToken))
        {
            using (batch)
            {
                foreach (var entry in batch.Entries.Where(entry => entry.Kind == EntryKind.File && entry.Size > 0))
                {
                    if (healer.IsDone)
                        return;
                    // Reads from the disk, and may wait for packs under way.
                    await healer.Repository.Environment.Threads.RunBlocking(() => Cut(batch, entry, cutter, lists));
                    await healer.AnnounceIfDueAsync(cancellationToken);
                }
            }
        }
    }

    public BlobId Put(BlobKind kind, ReadOnlySpan<byte> plain) => healer.Store(kind, plain, _worker);

    public void Dispose() => _worker.Dispose();

    void Cut(DirectoryBatch batch, Entry entry, ContentCutter cutter, ExtentListBuilder lists)
    {
        void Take(PooledBuffer chunk)
        {
            using (chunk)
            {
                monitor.Add(files: 0, chunk.Length);
                lists.Add(new Extent(chunk.Length, Put(BlobKind.Chunk, chunk.Span)));
            }
        }
        try
        {
            using var file = batch.Open(entry);
            if (file.MayHaveHoles)
                cutter.CutSparse(file, entry.Size, Take, hole => lists.Add(hole));
            else
                cutter.Cut(new FileBytes(file), long.MaxValue, Take);
            monitor.Add(files: 1, bytes: 0);
        }
        catch (SourceReadException e)
        {
            _reporter.Report(new SourceProblem(
                AbsolutePath.Of(batch.DirectoryPath, entry.Name), e.Message, IsError: !e.Vanished));
        }
        finally
        {
            lists.Finish();
        }
    }

    sealed class Reporter : ISourceProblems
    {
        readonly Lock _lock = new();

        public List<SourceProblem> Problems { get; } = [];

        public void Report(SourceProblem problem)
        {
            lock (_lock)
                Problems.Add(problem);
        }
    }
}
