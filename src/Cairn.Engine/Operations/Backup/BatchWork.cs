using Cairn.Engine.Entries;
using Cairn.Engine.Primitives;
using Cairn.Engine.Sources;

namespace Cairn.Engine.Operations.Backup;

/// <summary>
/// One batch of the walk on its way through the pass: workers read its files in any order, the manifest's thread waits
/// for the small ones together and takes the large ones one by one. Owns the batch.
/// </summary>
sealed class BatchWork(
    byte @class, ReadOnlyMemory<byte> directory, IReadOnlyList<Entry> entries, DirectoryBatch? batch,
    EngineThreads threads) : IDisposable
{
    readonly object _lock = new();
    readonly BatchEntryState[] _states = new BatchEntryState[entries.Count];
    readonly bool[] _known = new bool[entries.Count];
    Dictionary<int, PendingFile>? _large;
    int _unread;
    bool _isStopped;

    public byte Class => @class;
    public ReadOnlyMemory<byte> Directory => directory;
    public IReadOnlyList<Entry> Entries => entries;
    public DirectoryBatch? Batch => batch;

    /// <summary>Read and written by one thread at a time: the walker's, the worker's that has the entry, the
    /// manifest's.</summary>
    public ref BatchEntryState StateOf(int index) => ref _states[index];

    /// <summary>Whether the previous snapshot had an entry of that name.</summary>
    public ref bool IsKnown(int index) => ref _known[index];

    /// <summary>The walker says how many small files workers will report; before any of them can.</summary>
    public void Expect(int smallFiles)
    {
        lock (_lock)
            _unread += smallFiles;
    }

    public void AddLarge(int index, PendingFile file)
    {
        _states[index] = BatchEntryState.Large;
        (_large ??= []).Add(index, file);
    }

    public PendingFile LargeAt(int index) => _large![index];

    /// <summary>A worker is done with some small files.</summary>
    public void ReportRead(int smallFiles)
    {
        lock (_lock)
        {
            _unread -= smallFiles;
            if (_unread == 0)
                threads.PulseAll(_lock);
        }
    }

    public void WaitForSmallFiles()
    {
        lock (_lock)
        {
            while (_unread > 0)
            {
                if (_isStopped)
                    throw new OperationCanceledException();
                threads.Wait(_lock);
            }
        }
    }

    public void Stop()
    {
        lock (_lock)
        {
            _isStopped = true;
            threads.PulseAll(_lock);
        }
        foreach (var file in _large?.Values ?? Enumerable.Empty<PendingFile>())
            file.Stop();
    }

    public void Dispose() => batch?.Dispose();
}

enum BatchEntryState : byte
{
    /// <summary>The entry goes into the manifest as it is.</summary>
    Ready,
    /// <summary>As the previous snapshot has it, content and all.</summary>
    Unchanged,
    /// <summary>A worker stores the content and sets it.</summary>
    Small,
    /// <summary>A worker stores the content through a <see cref="PendingFile"/>.</summary>
    Large,
    /// <summary>It could not be read: not in the manifest.</summary>
    LeftOut,
    /// <summary>It was not there any more when it was to be read.</summary>
    Gone,
}
