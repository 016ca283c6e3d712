using Cairn.Engine.Entries;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Writing;
using Cairn.Engine.Sources;

namespace Cairn.Engine.Operations.Backup;

/// <summary>
/// One worker thread of a pass: reads files, cuts large ones, stores chunks. A file that changes while it is read is
/// read once more; changing again, it is marked torn (and reported), for it may mix two states.
/// </summary>
sealed class ContentWorker : IDisposable
{
    const int ReadAttempts = 2;

    readonly BlobWriter _writer;
    readonly WorkQueue _queue;
    readonly BackupMonitor _monitor;
    readonly ISourceProblems _problems;
    readonly BlobWorker _blobs;
    readonly ContentCutter _cutter;
    readonly PooledBuffer _smallFile;
    readonly ICompressionRules? _compression;
    readonly long _hotBelow;

    public ContentWorker(
        Repository repository, BlobWriter writer, WorkQueue queue, BackupMonitor monitor, ISourceProblems problems,
        BackupOptions options)
    {
        _writer = writer;
        _queue = queue;
        _monitor = monitor;
        _problems = problems;
        var buffers = repository.Environment.Buffers;
        _blobs = new BlobWorker(buffers, options.CompressionLevel);
        _compression = options.Compression;
        _hotBelow = options.HotBelow;
        _cutter = new ContentCutter(repository.CutRule, buffers);
        _smallFile = buffers.Rent(SmallFileMax(repository) + 1);
    }

    /// <summary>Up to here a file is one chunk whatever it holds, so it is read into one buffer and never
    /// cut.</summary>
    public static int SmallFileMax(Repository repository) => repository.Descriptor.Chunking.Minimum;

    public void Run()
    {
        while (_queue.Take(out var chunk, out var files))
        {
            if (chunk is not null)
                Store(chunk);
            else
            {
                Process(files!);
                _queue.ReportRead();
            }
        }
    }

    public void Dispose()
    {
        _blobs.Dispose();
        _smallFile.Dispose();
    }

    void Process(FileWork work)
    {
        switch (work)
        {
            case SmallFilesWork small:
                foreach (var index in small.Indices)
                {
                    ThrowIfStopped();
                    ReadSmall(small.Batch, index);
                }
                small.Batch.ReportRead(small.Indices.Length);
                break;
            case LargeFileWork large:
                ReadLarge(large.Batch, large.File);
                break;
            case StreamWork stream:
                ReadStream(stream);
                break;
        }
    }

    void ReadSmall(BatchWork batch, int index)
    {
        var entry = batch.Entries[index];
        var level = LevelOf(batch, entry);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                using var file = Open(batch, entry);
                if (file.MayHaveHoles)
                {
                    ReadSparse(file, entry, level);
                    if (!file.HasChanged)
                        return;
                    // What it has turned into is read as it comes.
                    file.Seek(0);
                }
                var length = ReadToEnd(file);
                // Grown beyond one chunk since it was listed: what fits is stored, and said to be torn.
                var hasOutgrown = length == _smallFile.Length;
                if (file.HasChanged || hasOutgrown)
                {
                    if (attempt < ReadAttempts)
                        continue;
                    MarkTorn(batch, entry);
                    length = Math.Min(length, _smallFile.Length - 1);
                }
                _monitor.AddRead(length);
                SetContent(entry, _smallFile.Span[..length], level);
                return;
            }
        }
        catch (SourceReadException e)
        {
            batch.StateOf(index) = e.Vanished ? BatchEntryState.Gone : BatchEntryState.LeftOut;
            Report(batch, entry, e);
        }
    }

    /// <summary>A small file with holes: one chunk a stretch of data.</summary>
    void ReadSparse(ISourceFile file, Entry entry, int? level)
    {
        var extents = new List<Extent>();
        _cutter.CutSparse(file, entry.Size, chunk =>
        {
            using (chunk)
            {
                _monitor.AddRead(chunk.Length);
                extents.Add(new Extent(
                    chunk.Length,
                    _writer.Store(BlobKind.Chunk, chunk.Span, _blobs, level, entry.Size < _hotBelow)));
            }
        }, extents.Add);
        entry.Size = extents.Sum(extent => extent.Length);
        entry.Content = new FileContent(extents, ListDepth: 0);
    }

    ISourceFile Open(BatchWork batch, Entry entry)
    {
        var file = batch.Batch!.Open(entry);
        if ((entry.Marks & EntryMarks.UnlockedCopy) != 0)
            _problems.Report(new SourceProblem(
                AbsolutePath.Of(batch.Directory, entry.Name),
                "was locked by another program, and was read without the lock", IsError: false));
        return file;
    }

    void SetContent(Entry entry, ReadOnlySpan<byte> content, int? level)
    {
        entry.Size = content.Length;
        entry.Content = content.IsEmpty
            ? FileContent.Empty
            : new FileContent(
                [
                    new Extent(
                        content.Length,
                        _writer.Store(BlobKind.Chunk, content, _blobs, level, content.Length < _hotBelow)),
                ],
                ListDepth: 0);
    }

    int ReadToEnd(ISourceFile file)
    {
        var filled = 0;
        while (filled < _smallFile.Length)
        {
            var read = file.Read(_smallFile.Span[filled..]);
            if (read == 0)
                break;
            filled += read;
        }
        return filled;
    }

    void ReadLarge(BatchWork batch, PendingFile file)
    {
        file.CompressionLevel = LevelOf(batch, file.Entry);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                using var source = Open(batch, file.Entry);
                CutFile(source, file);
                if (source.HasChanged)
                {
                    if (attempt < ReadAttempts && file.TryRestart())
                        continue;
                    MarkTorn(batch, file.Entry);
                }
                file.CompleteReading();
                return;
            }
        }
        catch (SourceReadException e)
        {
            file.LeaveOut(e.Vanished);
            Report(batch, file.Entry, e);
        }
    }

    void CutFile(ISourceFile source, PendingFile file)
    {
        if (source.MayHaveHoles)
            _cutter.CutSparse(
                source, file.Entry.Size, buffer => Dispatch(file, buffer), hole => file.Fill(file.AddSlot(), hole));
        else
            _cutter.Cut(new FileBytes(source), long.MaxValue, buffer => Dispatch(file, buffer));
    }

    void ReadStream(StreamWork work)
    {
        var (stream, entry) = (work.Stream, work.File.Entry);
        work.File.CompressionLevel = _compression?.LevelOf(entry.Name.Span);
        try
        {
            _cutter.Cut(new StreamBytes(stream), long.MaxValue, buffer => Dispatch(work.File, buffer));
            // Half a dump must not become a snapshot, nor a part of one.
            stream.RequireSuccess();
        }
        catch (StreamFailedException e) when (!stream.IsRequired)
        {
            work.File.LeaveOut();
            _problems.Report(new SourceProblem(entry.Name, e.Message, IsError: true));
            return;
        }
        entry.RestoreThrough = stream.RestoreThrough;
        StreamDescription.Set(entry, stream.Description);
        work.File.CompleteReading();
    }

    // Each chunk is a chance to leave: the file may be a terabyte, or without an end.
    void Dispatch(PendingFile file, PooledBuffer buffer)
    {
        if (_queue.IsStopped)
        {
            buffer.Dispose();
            throw new OperationCanceledException();
        }
        var chunk = new ChunkWork(file, file.AddSlot(), buffer);
        if (!_queue.TryAddChunk(chunk))
            Store(chunk);
    }

    void Store(ChunkWork chunk)
    {
        using var buffer = chunk.Buffer;
        // A stream has no size before it ends, and is taken for large.
        var entry = chunk.File.Entry;
        var id = _writer.Store(
            BlobKind.Chunk, buffer.Span, _blobs, chunk.File.CompressionLevel,
            entry.Kind == EntryKind.File && entry.Size < _hotBelow);
        _monitor.AddRead(buffer.Length);
        _monitor.ShowPart(chunk.File, buffer.Length);
        chunk.File.Fill(chunk.Slot, new Extent(buffer.Length, id));
    }

    int? LevelOf(BatchWork batch, Entry entry) =>
        _compression?.LevelOf(AbsolutePath.Of(batch.Directory, entry.Name).Span);

    void ThrowIfStopped()
    {
        if (_queue.IsStopped)
            throw new OperationCanceledException();
    }

    void MarkTorn(BatchWork batch, Entry entry)
    {
        entry.Marks |= EntryMarks.Torn;
        _problems.Report(new SourceProblem(
            AbsolutePath.Of(batch.Directory, entry.Name),
            "changed while it was being read; what is stored may mix two states",
            IsError: true));
    }

    void Report(BatchWork batch, Entry entry, SourceReadException e) => _problems.Report(new SourceProblem(
        AbsolutePath.Of(batch.Directory, entry.Name), e.Message, IsError: !e.Vanished));
}
