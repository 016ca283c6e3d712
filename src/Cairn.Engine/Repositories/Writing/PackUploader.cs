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
    readonly SemaphoreSlim _slots;
    readonly CancellationTokenSource _stop;
    readonly HashSet<Task> _running = [];
    readonly Lock _lock = new();
    Exception? _failure;

    public PackUploader(
        IObjectStore store, PackContext context, Action<PackTable> onStored, int packsInFlightMax,
        CancellationToken cancellationToken)
    {
        _store = store;
        _context = context;
        _onStored = onStored;
        _slots = new SemaphoreSlim(packsInFlightMax);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Stopped = _stop.Token;
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
            var task = Task.Run(() => UploadAsync(builder), CancellationToken.None);
            _running.Add(task);
            task.ContinueWith(Forget, TaskScheduler.Default);
        }
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
        await _stop.CancelAsync();
        Task[] running;
        lock (_lock)
            running = [.. _running];
        await Task.WhenAll(running);
        _slots.Dispose();
        _stop.Dispose();
    }

    public void ThrowIfFailed()
    {
        if (Volatile.Read(ref _failure) is { } failure)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }

    void WaitForSlot()
    {
        ThrowIfFailed();
        try
        {
            _slots.Wait(Stopped);
        }
        catch (OperationCanceledException)
        {
            // Stopped because an upload failed: that is what there is to tell.
            ThrowIfFailed();
            throw;
        }
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
            var options = pack.Table.Kind == PackKind.Data ? PutOptions.Data : PutOptions.Hot;
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
            _slots.Release();
        }
    }

    bool Keep(Exception e)
    {
        Interlocked.CompareExchange(ref _failure, e, null);
        _stop.Cancel();
        return true;
    }
}
