using Cairn.Engine.Primitives;

namespace Cairn.Engine.Operations.Backup;

/// <summary>Batches on their way from the walk to the manifest, in order. Bounded: who brings one more waits.</summary>
sealed class BatchQueue(int max, EngineThreads threads)
{
    readonly Queue<BatchWork> _batches = new();
    readonly object _lock = new();
    bool _isComplete, _isStopped;

    /// <summary>Blocks while the queue is full. False if the pass was stopped.</summary>
    public bool Add(BatchWork batch)
    {
        lock (_lock)
        {
            while (_batches.Count >= max && !_isStopped)
                threads.Wait(_lock);
            Invariant.That(!_isComplete);
            if (_isStopped)
                return false;
            _batches.Enqueue(batch);
            threads.PulseAll(_lock);
            return true;
        }
    }

    /// <summary>Blocks until there is one; null when there never will be any more.</summary>
    public BatchWork? Take()
    {
        lock (_lock)
        {
            while (_batches.Count == 0 && !_isComplete && !_isStopped)
                threads.Wait(_lock);
            if (_isStopped || !_batches.TryDequeue(out var batch))
                return null;
            threads.PulseAll(_lock);
            return batch;
        }
    }

    /// <summary>No more will come.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _isComplete = true;
            threads.PulseAll(_lock);
        }
    }

    public void Stop()
    {
        lock (_lock)
        {
            _isStopped = true;
            threads.PulseAll(_lock);
        }
    }
}
