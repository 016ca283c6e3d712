using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Recover;

/// <summary>
/// Shows again what somebody has hidden or overwritten (docs/design/tampering.md). Takes delete markers away and stores
/// good versions on top; never removes a version with data, whatever it is: junk is left to the bucket's lifecycle.
/// </summary>
public static class RecoverOperation
{
    const int AtOnce = 4;

    /// <param name="repository">Opened through an <see cref="Storage.Decorators.OriginalsStore"/>.</param>
    public static async Task<RecoverPlan> PlanAsync(
        Repository repository, IObjectVersions versions, WorkMonitor monitor, CancellationToken cancellationToken)
    {
        var retired = new RetiredLog(repository.Store, repository.Keys, repository.Signers, skipsDamaged: true);
        await retired.LookAsync(repository, cancellationToken);
        return await new RecoverPlanner(repository, versions, retired, monitor).FindAsync(cancellationToken);
    }

    /// <param name="store">As everybody sees it.</param>
    public static async Task<RecoverResult> RunAsync(
        Repository repository, IObjectStore store, RecoverPlan plan, WorkMonitor monitor,
        CancellationToken cancellationToken)
    {
        var execution = new RecoverExecution(repository, store, Invariant.NotNull(store.Versions), monitor);
        monitor.Expect(plan.Items.Count, plan.Items.Sum(item => item.Size));
        foreach (var rank in plan.Items.GroupBy(item => RecoverPlanner.RankOf(item.Good.Key)))
        {
            await Parallel.ForEachAsync(
                rank,
                new ParallelOptions
                {
                    MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken,
                    TaskScheduler = repository.Environment.Threads.Scheduler,
                },
                execution.RecoverAsync);
        }
        return execution.Result;
    }
}
