using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Sources;

namespace Cairn.Engine.Operations.Restore;

/// <summary>Carries out a batch: workers take one request after the other, each fetching its next while it
/// decodes.</summary>
sealed class BatchRunner(ReadSession session, IRestoreTarget target, RestoreOptions options, RestoreMonitor monitor)
{
    /// <summary>Afterwards every file of the batch is whole or gone, but for one that is still being planned.</summary>
    public async Task RunAsync(RestoreBatch batch, CancellationToken cancellationToken)
    {
        var (units, rows) = batch.Arrange(session.Blobs);
        foreach (var unit in units.Where(unit => !unit.IsEmptyFiles))
            monitor.AddPack(unit.Pack);
        if (options.IsDryRun)
            return;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var next = new Next();
        var threads = session.Repository.Environment.Threads;
        var workers = Enumerable.Range(0, Math.Clamp(options.Workers, 1, Math.Max(units.Count, 1)))
            .Select(_ => threads.Run(() => WorkAsync(batch, units, rows, next, stop)))
            .ToArray();
        try
        {
            await Task.WhenAll(workers);
        }
        catch
        {
            foreach (var file in batch.Files)
                file.Abandon();
            // The first failure is the one to tell; that the others were cancelled follows from it.
            ThrowFirst(workers);
            throw;
        }
        MakeLinks(batch);
    }

    async Task WorkAsync(
        RestoreBatch batch, List<WorkUnit> units, int[] rows, Next next, CancellationTokenSource stop)
    {
        var worker = new RestoreWorker(batch, session.Blobs, target, monitor);
        Task<PackRange>? ahead = null;
        try
        {
            var unit = next.Take(units);
            ahead = Fetch(unit);
            while (unit is { } current)
            {
                var range = ahead is null ? null : await ahead;
                unit = next.Take(units);
                ahead = Fetch(unit);
                if (range is null)
                    worker.RunEmpty(current);
                else
                    await worker.RunAsync(current, range, stop.Token);
                stop.Token.ThrowIfCancellationRequested();
            }
        }
        catch
        {
            stop.Cancel();
            await DropAsync(ahead);
            throw;
        }

        Task<PackRange>? Fetch(WorkUnit? unit) => unit is { IsEmptyFiles: false } wanted
            ? session.Blobs.FetchAsync(
                wanted.Pack, rows.AsMemory(wanted.FirstRow, wanted.RowCount), stop.Token)
            : null;
    }

    void MakeLinks(RestoreBatch batch)
    {
        foreach (var (path, source) in batch.Links)
        {
            if (source.IsLostByDamage is { } isDamage)
            {
                monitor.Fail(path, "the file that this is another name of could not be restored", isDamage);
                continue;
            }
            try
            {
                target.CreateHardLink(path, source.Path);
                monitor.AddFile();
            }
            catch (RestoreWriteException e) when (!e.IsFatal)
            {
                monitor.Fail(path, e.Message, isDamage: false);
            }
        }
    }

    static async Task DropAsync(Task<PackRange>? ahead)
    {
        if (ahead is null)
            return;
        await ((Task)ahead).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (ahead.IsCompletedSuccessfully)
            ahead.Result.Dispose();
    }

    static void ThrowFirst(Task[] workers)
    {
        var failed = workers.FirstOrDefault(worker => worker.IsFaulted);
        if (failed is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failed.Exception!.InnerExceptions[0]);
    }

    sealed class Next
    {
        int _index = -1;

        public WorkUnit? Take(List<WorkUnit> units) =>
            Interlocked.Increment(ref _index) is var index && index < units.Count ? units[index] : null;
    }
}
