using Cairn.Engine.Formats;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Repositories.Writing;

/// <summary>
/// Seals and stores full packs beside the workers, a bounded number at once: whoever brings one more waits. The first
/// failure is kept, ends the other uploads, and is told to everybody who comes later.
/// </summary>
public sealed class PackUploader : IAsyncDisposable
{
    readonly IObjectStore _store;
    readonly PackContext _context;
    readonly Action<PackTable> _onStored;
    readonly EngineThreads _threads;
    readonly CancellationTokenSource _stop;
    readonly HashSet<Task> _running = [];
    readonly object _lock = new();
    int _freeSlots;
    Exception? _failure;

    public PackUploader(
        IObjectStore store, PackContext context, Action<PackTable> onStored, int packsInFlightMax,
        EngineThreads threads, CancellationToken cancellationToken)
    {
        _store = store;
        _context = context;
        _onStored = onStored;
        _freeSlots = packsInFlightMax;
        _threads = threads;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Stopped = _stop.Token;
        Stopped.Register(WakeWaiters);
    }

    /// <summary>Cancelled when the caller's is, when an upload failed, and when it was stopped.</summary>
    public CancellationToken Stopped { get; }

    /// <summary>Takes over a closed and complete builder. Blocks while too many packs are under way.</summary>
    public void Enqueue(PackBuilder builder)
    {
        try
        {
            WaitForSlot();
        }
        catch
        {
            builder.Dispose();
            throw;
        }
        lock (_lock)
        {
            var task = _threads.Run(() => UploadAsync(builder));
            _running.Add(task);
            task.ContinueWith(Forget, _threads.Scheduler);
        }
    }

    /// <summary>
    /// Blocks while as many packs are under way as may be: who begins another one then only takes memory. Nothing is
    /// reserved.
    /// </summary>
    public void WaitForRoom()
    {
        lock (_lock)
            WaitUntilFree();
    }

    /// <summary>Waits until everything brought so far is stored.</summary>
    public async Task DrainAsync()
    {
        Task[] running;
        lock (_lock)
            running = [.. _running];
        await Task.WhenAll(running);
        ThrowIfFailed();
    }

    /// <summary>Ends uploads and those who wait for one.</summary>
    public void Stop() => _stop.Cancel();

    /// <summary>Returns when nothing is under way any more: uploads use buffers and the index of their owner.</summary>
    public async ValueTask DisposeAsync()
    {
        _stop.Cancel();
        Task[] running;
        lock (_lock)
            running = [.. _running];
        await Task.WhenAll(running);
        _stop.Dispose();
    }

    public void ThrowIfFailed()
    {
        if (Volatile.Read(ref _failure) is { } failure)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }

    void WaitForSlot()
    {
        lock (_lock)
        {
            WaitUntilFree();
            _freeSlots--;
        }
    }

    void WaitUntilFree()
    {
        while (_freeSlots == 0 && !Stopped.IsCancellationRequested)
            _threads.Wait(_lock);
        // Stopped because an upload failed: then that is what there is to tell.
        ThrowIfFailed();
        Stopped.ThrowIfCancellationRequested();
    }

    void FreeSlot()
    {
        lock (_lock)
        {
            _freeSlots++;
            _threads.PulseAll(_lock);
        }
    }

    void WakeWaiters()
    {
        lock (_lock)
            _threads.PulseAll(_lock);
    }

    void Forget(Task task)
    {
        lock (_lock)
            _running.Remove(task);
    }

    async Task UploadAsync(PackBuilder builder)
    {
        try
        {
            // Sealing hashes the whole pack; done here, it runs beside the workers that fill the next one.
            using var pack = PackSealer.Seal(builder, _context);
            var kind = builder is { Kind: PackKind.Data, IsOfSmallFiles: false } ? PutOptions.Data : PutOptions.Hot;
            var options = kind with { Hash = pack.Table.Name };
            await _store.PutAsync(ObjectNames.Pack(pack.Table.Name), [pack.Bytes], options, Stopped);
            _onStored(pack.Table);
        }
        catch (Exception e) when (Keep(e))
        {
            // Kept, and thrown to those who enqueue and drain.
        }
        finally
        {
            builder.Dispose();
            FreeSlot();
        }
    }

    bool Keep(Exception e)
    {
        Interlocked.CompareExchange(ref _failure, e, null);
        _stop.Cancel();
        return true;
    }
}
