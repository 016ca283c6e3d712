using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Sources;

namespace Cairn.Engine.Operations.Restore;

/// <summary>Carries out a batch: workers take one request after the other, while the next are fetched.</summary>
sealed class BatchRunner(ReadSession session, IRestoreTarget target, RestoreOptions options, RestoreMonitor monitor)
{
    /// <summary>Afterwards every file of the batch is whole or gone, but for one that is still being planned.</summary>
    public async Task RunAsync(RestoreBatch batch, CancellationToken cancellationToken)
    {
        var (units, rows) = batch.Arrange(session.Blobs);
        // Where the blobs lie is known now. Look-ups are spread over the whole index, and the next batch is far away.
        session.Index.Evict();
        foreach (var unit in units.Where(unit => !unit.IsEmptyFiles))
            monitor.AddPack(unit.Pack);
        if (options.IsDryRun)
            return;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ahead = new FetchAhead(
            units, rows, session.Blobs, session.Blobs.FetchLimitsFor(options.Workers), stop.Token);
        var threads = session.Repository.Environment.Threads;
        var workers = Enumerable.Range(0, Math.Clamp(options.Workers, 1, Math.Max(units.Count, 1)))
            .Select(_ => threads.Run(() => WorkAsync(batch, ahead, stop)))
            .ToArray();
        try
        {
            await Task.WhenAll(workers);
        }
        catch
        {
            await ahead.StopAsync();
            foreach (var file in batch.Files)
                file.Abandon();
            // The first failure is the one to tell; that the others were cancelled follows from it.
            ThrowFirst(workers);
            throw;
        }
        MakeLinks(batch);
    }

    async Task WorkAsync(RestoreBatch batch, FetchAhead ahead, CancellationTokenSource stop)
    {
        var worker = new RestoreWorker(batch, session.Blobs, target, monitor);
        try
        {
            while (ahead.Take() is { } fetch)
            {
                if (fetch.Range is { } range)
                    await worker.RunAsync(fetch.Unit, await range, stop.Token);
                else
                    worker.RunEmpty(fetch.Unit);
                stop.Token.ThrowIfCancellationRequested();
            }
        }
        catch
        {
            stop.Cancel();
            throw;
        }
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

    static void ThrowFirst(Task[] workers)
    {
        var failed = workers.FirstOrDefault(worker => worker.IsFaulted);
        if (failed is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failed.Exception!.InnerExceptions[0]);
    }
}
