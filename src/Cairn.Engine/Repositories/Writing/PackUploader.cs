using Cairn.Engine.Formats;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Repositories.Writing;

/// <summary>
/// Seals and stores full packs beside the workers, a bounded number at once: whoever brings one more waits. The first
/// failure is kept, and told to everybody who comes later.
/// </summary>
public sealed class PackUploader(
    IObjectStore store, PackContext context, Action<PackTable> onStored, int packsInFlightMax,
    CancellationToken cancellationToken) : IDisposable
{
    readonly SemaphoreSlim _slots = new(packsInFlightMax);
    readonly HashSet<Task> _running = [];
    readonly Lock _lock = new();
    Exception? _failure;

    /// <summary>Takes over a closed and complete builder. Blocks while too many packs are under way.</summary>
    public void Enqueue(PackBuilder builder)
    {
        try
        {
            ThrowIfFailed();
            _slots.Wait(cancellationToken);
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

    public void Dispose() => _slots.Dispose();

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
            using var pack = PackSealer.Seal(builder, context);
            var options = pack.Table.Kind == PackKind.Data ? PutOptions.Data : PutOptions.Hot;
            await store.PutAsync(ObjectNames.Pack(pack.Table.Name), [pack.Bytes], options, cancellationToken);
            onStored(pack.Table);
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
        return true;
    }

    void ThrowIfFailed()
    {
        if (Volatile.Read(ref _failure) is { } failure)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }
}
