using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;
using Cairn.Engine.Storage.Decorators;

namespace Cairn.Engine.Operations.Leases;

/// <summary>
/// Asks for locks and renews them, many at once, and writes down what it learns. By key and version, so that a version
/// that somebody put on top gets nothing.
/// </summary>
sealed class LockKeeper(
    Repository repository, IObjectVersions versions, LeaseRecords records, LeasePolicy policy, WorkMonitor monitor)
{
    const int FailuresNamedMax = 20;

    readonly List<string> _failures = [];
    long _reads, _renewals, _failed;

    public long Reads => _reads;
    public long Renewals => _renewals;
    public long Failed => _failed;
    public IReadOnlyList<string> Failures => _failures;

    public DateTimeOffset Now => versions.Now ?? throw new StoreException(
        StoreErrorKind.Failed, $"{repository.Store.Location} does not tell its time, by which locks end");

    public HeldLock? LockOf(OriginalVersion original) => records.TryFind(original.Version);

    /// <summary>Asks for the locks that no record tells.</summary>
    public Task LearnAsync(IEnumerable<OriginalVersion> objects, CancellationToken cancellationToken)
    {
        var unknown = objects.Where(found => LockOf(found) is null).ToList();
        monitor.Expect(unknown.Count, bytes: 0);
        return ForEachAsync(unknown, async (found, cancellation) =>
        {
            try
            {
                Interlocked.Increment(ref _reads);
                if (await versions.GetLockAsync(found.Version, cancellation) is { } held)
                    records.Set(found.Version, held);
            }
            catch (StoreException e) when (e.Kind == StoreErrorKind.NotFound)
            {
                // The bucket's lifecycle has swept it meanwhile: nothing that is locked goes like that.
            }
            monitor.Add(files: 1, bytes: 0);
        }, cancellationToken);
    }

    public Task RenewAsync(IReadOnlyList<OriginalVersion> due, CancellationToken cancellationToken)
    {
        monitor.Expect(due.Count, bytes: 0);
        return ForEachAsync(due, async (found, cancellation) =>
        {
            var held = policy.Renewed(LockOf(found), Now);
            try
            {
                await versions.ExtendLockAsync(found.Version, held, cancellation);
                records.Set(found.Version, held);
                Interlocked.Increment(ref _renewals);
            }
            // One that cannot be renewed must not cost the others their lock.
            catch (StoreException e) when (!e.IsTransient)
            {
                Fail(e.Message);
            }
            monitor.Add(files: 1, bytes: 0);
        }, cancellationToken);
    }

    void Fail(string message)
    {
        lock (_failures)
        {
            _failed++;
            if (_failures.Count < FailuresNamedMax)
                _failures.Add(message);
        }
    }

    Task ForEachAsync(
        IEnumerable<OriginalVersion> objects, Func<OriginalVersion, CancellationToken, ValueTask> act,
        CancellationToken cancellationToken) => Parallel.ForEachAsync(
            objects,
            new ParallelOptions
            {
                MaxDegreeOfParallelism = Math.Max(repository.Store.Capabilities.Concurrency, 1),
                CancellationToken = cancellationToken, TaskScheduler = repository.Environment.Threads.Scheduler,
            },
            act);
}
