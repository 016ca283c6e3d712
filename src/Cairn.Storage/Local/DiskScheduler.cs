using System.Collections.Concurrent;

namespace Cairn.Storage.Local;

/// <summary>
/// A few threads that do nothing but wait for the disk. On the thread pool as many blocked fsyncs as there are cores
/// would stop the chunking and encrypting that shares the pool. The queue holds one item per waiting caller, so the
/// callers' own concurrency bounds it.
/// </summary>
sealed class DiskScheduler(int threads) : TaskScheduler, IDisposable
{
    const int StackBytes = 256 << 10;

    readonly BlockingCollection<Task> _queue = [];
    readonly Lock _lock = new();
    bool _started;

    public override int MaximumConcurrencyLevel => threads;

    /// <summary>Runs on one of the threads; a token cancelled before its turn means it does not run at all.</summary>
    public Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(
            work, cancellationToken,
            TaskCreationOptions.HideScheduler | TaskCreationOptions.RunContinuationsAsynchronously, this);

    /// <summary>What is queued is still done; then the threads end.</summary>
    public void Dispose() => _queue.CompleteAdding();

    protected override void QueueTask(Task task)
    {
        lock (_lock)
            if (!_started)
            {
                _started = true;
                for (var i = 0; i < threads; i++)
                    new Thread(Serve, StackBytes) { IsBackground = true, Name = "disk" }.Start();
            }
        _queue.Add(task);
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => _queue.ToArray();

    void Serve()
    {
        foreach (var task in _queue.GetConsumingEnumerable())
            TryExecuteTask(task);
    }
}
