namespace Cairn.Engine.Primitives;

/// <summary>
/// Where the engine's work runs, and how threads that block wait for each other. Everything that is started beside its
/// caller is started here, so that a simulation can let one thing run at a time, in an order that its seed decides.
/// </summary>
public class EngineThreads
{
    public static EngineThreads Default { get; } = new();

    /// <summary>Runs what is started beside others, and what goes on after it waited for something.</summary>
    public virtual TaskScheduler Scheduler => TaskScheduler.Default;

    /// <summary>Leaves the monitor until somebody pulses it, as <see cref="Monitor.Wait(object)"/> does.</summary>
    public virtual void Wait(object monitor) => Monitor.Wait(monitor);

    public virtual void PulseAll(object monitor) => Monitor.PulseAll(monitor);

    /// <summary>Starts what does not block.</summary>
    public Task Run(Func<Task> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, Scheduler).Unwrap();

    public Task<T> Run<T>(Func<Task<T>> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, Scheduler).Unwrap();

    /// <summary>Starts what blocks: it gets a thread of its own, and takes none from the pool.</summary>
    public Task RunBlocking(Action work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, Scheduler);
}
