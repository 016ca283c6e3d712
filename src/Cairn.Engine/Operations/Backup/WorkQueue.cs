using Cairn.Engine.Primitives;

namespace Cairn.Engine.Operations.Backup;

/// <summary>
/// The workers' two queues: chunks of large files that are being read, and files to read. Chunks come first, because
/// somebody waits for them. Both are bounded: whoever brings files waits, whoever brings a chunk is told to process
/// it himself, so workers that feed each other can never lock each other up. Idle workers stay as long as one still
/// reads files: it may bring chunks, and the last file of a run can be the largest.
/// </summary>
sealed class WorkQueue(int filesMax, int chunksMax, EngineThreads threads)
{
    readonly Queue<FileWork> _files = new();
    readonly Queue<ChunkWork> _chunks = new();
    readonly object _lock = new();
    int _readers;
    bool _isComplete;
    volatile bool _isStopped;

    /// <summary>The pass is over before its time: nobody should go on with what he has.</summary>
    public bool IsStopped => _isStopped;

    /// <summary>Blocks while the queue is full. False if the pass was stopped.</summary>
    public bool AddFiles(FileWork work)
    {
        lock (_lock)
        {
            while (_files.Count >= filesMax && !_isStopped)
                threads.Wait(_lock);
            Invariant.That(!_isComplete);
            if (_isStopped)
                return false;
            _files.Enqueue(work);
            threads.PulseAll(_lock);
            return true;
        }
    }

    /// <summary>False if there is no room: the caller processes the chunk then.</summary>
    public bool TryAddChunk(ChunkWork chunk)
    {
        lock (_lock)
        {
            if (_chunks.Count >= chunksMax || _isStopped)
                return false;
            _chunks.Enqueue(chunk);
            threads.PulseAll(_lock);
            return true;
        }
    }

    /// <summary>
    /// Blocks until there is work; false when there never will be any more. Who was given files says so when he is
    /// done with them.
    /// </summary>
    public bool Take(out ChunkWork? chunk, out FileWork? files)
    {
        chunk = null;
        files = null;
        lock (_lock)
        {
            while (true)
            {
                if (_isStopped)
                    return false;
                if (_chunks.TryDequeue(out chunk))
                    return true;
                if (_files.TryDequeue(out files))
                {
                    _readers++;
                    threads.PulseAll(_lock);
                    return true;
                }
                if (_isComplete && _readers == 0)
                    return false;
                threads.Wait(_lock);
            }
        }
    }

    /// <summary>The worker that took files has read them.</summary>
    public void ReportRead()
    {
        lock (_lock)
        {
            _readers--;
            if (_readers == 0)
                threads.PulseAll(_lock);
        }
    }

    /// <summary>No more files will come.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _isComplete = true;
            threads.PulseAll(_lock);
        }
    }

    /// <summary>Wakes everybody up to leave, and gives back what was not processed.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _isStopped = true;
            foreach (var chunk in _chunks)
                chunk.Buffer.Dispose();
            _chunks.Clear();
            _files.Clear();
            threads.PulseAll(_lock);
        }
    }
}
