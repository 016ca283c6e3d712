using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Writing;

namespace Cairn.Engine.Operations.Backup;

/// <summary>
/// Makes checkpoints beside a pass, every few minutes or when many packs are without an index object. If one fails, the
/// pass is stopped through <see cref="Token"/>.
/// </summary>
sealed class Checkpoints : IAsyncDisposable
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    readonly CancellationTokenSource _failed;
    readonly CancellationTokenSource _finished = new();
    readonly Task _loop;

    public Checkpoints(
        BackupSession session, NeedSet needs, BackupOptions options, EngineEnvironment environment,
        CancellationToken cancellationToken)
    {
        _failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _loop = environment.Threads.Run(() => RunAsync(session, needs, options, environment.Time));
    }

    /// <summary>Cancelled when the caller's is, or when a checkpoint failed.</summary>
    public CancellationToken Token => _failed.Token;

    public Exception? Failure { get; private set; }

    /// <summary>Waits for a checkpoint under way; throws what one of them failed with.</summary>
    public async Task StopAsync()
    {
        _finished.Cancel();
        await _loop;
        if (Failure is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(Failure);
    }

    /// <summary>Returns when no checkpoint is under way any more: it uses the index, and stores.</summary>
    public async ValueTask DisposeAsync()
    {
        _finished.Cancel();
        _failed.Cancel();
        await _loop;
        _finished.Dispose();
        _failed.Dispose();
    }

    async Task RunAsync(BackupSession session, NeedSet needs, BackupOptions options, TimeProvider time)
    {
        try
        {
            var last = time.GetTimestamp();
            while (!_finished.IsCancellationRequested && !_failed.IsCancellationRequested)
            {
                if (session.IsIndexDue || time.GetElapsedTime(last) >= options.CheckpointInterval)
                {
                    await session.CheckpointAsync(needs, _failed.Token);
                    last = time.GetTimestamp();
                }
                await Task.Delay(Pause, time, _finished.Token).ConfigureAwait(
                    ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }
        }
        catch (Exception e) when (KeepFailure(e))
        {
            // Thrown by StopAsync.
        }
    }

    bool KeepFailure(Exception e)
    {
        Failure = e;
        _failed.Cancel();
        return true;
    }
}
