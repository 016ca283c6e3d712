using System.Collections.Concurrent;
using System.Text;
using Cairn.Engine.Entries;
using Cairn.Engine.Manifests;
using Cairn.Engine.Manifests.Local;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Writing;
using Cairn.Engine.Sources;

namespace Cairn.Engine.Operations.Backup;

/// <summary>
/// One pass over the source: a thread walks and compares, workers read and store, a thread assembles the manifest in
/// order. Everything between them is bounded. The first failure stops all.
/// </summary>
sealed class BackupPass : IDisposable
{
    // Directories under way between walk and manifest: each keeps a descriptor open.
    const int BatchesMax = 64;
    const int FileItemsMax = 64;
    const int ChunksMax = 2;
    const byte StreamClass = 1;
    const ushort StreamMode = 0x180; // rw-------

    readonly Repository _repository;
    readonly EngineThreads _threads;
    readonly BlobWriter _writer;
    readonly BackupInput _input;
    readonly BackupOptions _options;
    readonly BackupMonitor _monitor;
    readonly ProblemLog _problems;
    readonly WorkQueue _queue;
    readonly BatchQueue _batches;
    readonly ConcurrentDictionary<BatchWork, byte> _outstanding = new();
    readonly SourceComparer _comparer;
    readonly ManifestAssembler _assembler;
    readonly CancellationTokenSource _stop;
    Exception? _failure;

    public BackupPass(
        Repository repository, BlobWriter writer, LocalManifest? former, LocalManifestWriter? local, BackupInput input,
        BackupOptions options, BackupMonitor monitor, ProblemLog problems, CancellationToken cancellationToken)
    {
        _repository = repository;
        _threads = repository.Environment.Threads;
        _queue = new WorkQueue(FileItemsMax, ChunksMax, _threads);
        _batches = new BatchQueue(BatchesMax, _threads);
        _writer = writer;
        _input = input;
        _options = options;
        _monitor = monitor;
        _problems = problems;
        _comparer = new SourceComparer(repository, writer, _queue, former, options);
        _assembler = new ManifestAssembler(repository, writer, former, local, options, monitor, problems);
        // A pass that can no longer store must not go on reading for hours before somebody notices.
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, writer.Stopped);
    }

    public async Task<ManifestRoot> RunAsync()
    {
        using var registration = _stop.Token.Register(StopWaiters);
        var threads = new List<Task> { Start(Walk), Start(Assemble) };
        for (var i = 0; i < _options.Workers; i++)
            threads.Add(Start(Work));
        await Task.WhenAll(threads);
        if (_failure is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_failure);
        if (_stop.IsCancellationRequested)
            _writer.ThrowIfFailed();
        _stop.Token.ThrowIfCancellationRequested();
        _monitor.AddVanished((long)(_comparer.Vanished - _assembler.Kept));
        RequireSomething();
        return _assembler.Finish();
    }

    public void Dispose()
    {
        foreach (var batch in _outstanding.Keys)
            batch.Dispose();
        _assembler.Dispose();
        _stop.Dispose();
    }

    // Streams that may fail one by one may not all fail: an empty snapshot would look like a backup.
    void RequireSomething()
    {
        if (_input.Files is null && _monitor.Sample().Files == 0 && _problems.HasErrors)
            throw new StreamFailedException($"nothing could be read: {_problems.Kept[0].Message}");
    }

    // These block, and must not take the thread pool's threads from the uploads.
    Task Start(Action action) => _threads.RunBlocking(() => Guard(action));

    void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (Keep(e))
        {
            // Thrown again where all threads are joined.
        }
    }

    bool Keep(Exception e)
    {
        // What others throw because of the stop is not the reason for it.
        if (e is not OperationCanceledException || !_stop.IsCancellationRequested)
            Interlocked.CompareExchange(ref _failure, e, null);
        _stop.Cancel();
        return true;
    }

    void StopWaiters()
    {
        _writer.Stop();
        _queue.Stop();
        _batches.Stop();
        foreach (var batch in _outstanding.Keys)
            batch.Stop();
    }

    void Walk()
    {
        foreach (var problem in _input.Problems)
            _problems.Report(problem);
        if (_input.Files is { } files)
        {
            foreach (var batch in files.Walk(_problems, _stop.Token))
            {
                var work = Compare(batch);
                if (!Hand(work) || !_comparer.Queue(work))
                    return;
            }
        }
        if (_input.Streams.Count > 0 && !HandStreams())
            return;
        _comparer.Finish();
        _batches.Complete();
        _queue.Complete();
    }

    BatchWork Compare(DirectoryBatch batch)
    {
        try
        {
            return _comparer.Compare(batch);
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }

    bool HandStreams()
    {
        // In the manifest's order: bytes, which is not that of UTF-16.
        var pairs = _input.Streams.Select(stream => (Stream: stream, Entry: CreateEntry(stream))).ToList();
        pairs.Sort((left, right) => left.Entry.Name.Span.SequenceCompareTo(right.Entry.Name.Span));
        Entry[] entries = [.. pairs.Select(pair => pair.Entry)];
        var work = new BatchWork(StreamClass, default, entries, batch: null, _threads);
        for (var i = 0; i < entries.Length; i++)
        {
            work.AddLarge(i, new PendingFile(entries[i], _threads));
            work.IsKnown(i) = _comparer.IsKnown(StreamClass, entries[i]);
        }
        return Hand(work) && pairs.Index().All(
            item => _queue.AddFiles(new StreamWork(item.Item.Stream, work.LargeAt(item.Index))));
    }

    Entry CreateEntry(IStreamSource stream)
    {
        var now = _repository.Environment.Time.GetUtcNow();
        return new Entry
        {
            Name = Encoding.UTF8.GetBytes(stream.Name), Kind = EntryKind.Stream, Mode = StreamMode,
            Owner = new Owner(0, 0, "", ""), Modified = new FileTime(now.ToUnixTimeSeconds(), 0),
        };
    }

    bool Hand(BatchWork work)
    {
        _outstanding.TryAdd(work, 0);
        return _batches.Add(work) && !_stop.IsCancellationRequested;
    }

    void Work()
    {
        using var worker = new ContentWorker(_repository, _writer, _queue, _monitor, _problems, _options);
        worker.Run();
    }

    void Assemble()
    {
        while (_batches.Take() is { } batch)
        {
            _assembler.Add(batch);
            _outstanding.TryRemove(batch, out _);
            batch.Dispose();
        }
        if (!_stop.IsCancellationRequested)
            _assembler.AddRest();
    }
}
