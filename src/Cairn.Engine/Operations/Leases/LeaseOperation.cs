using Cairn.Engine.Operations.Prune;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.State;
using Cairn.Engine.Storage.Decorators;

namespace Cairn.Engine.Operations.Leases;

/// <summary>
/// Renews the locks of what is needed, and lets those of the rest run out (docs/design/leases.md). Needs neither
/// contents nor names of files, nor a right to delete. Goes on where a prune would stop: whoever could keep it from
/// renewing, by hiding or planting something, would only have to wait for the locks to end.
/// </summary>
public static class LeaseOperation
{
    /// <param name="repository">
    /// One that has leases. Opened through <paramref name="originals"/>, with a secret, or with the credential of a
    /// maintainer.
    /// </param>
    public static async Task<LeaseResult> RunAsync(
        Repository repository, OriginalsStore originals, IStateFolder state, LeaseOptions options,
        WorkMonitor monitor, CancellationToken cancellationToken)
    {
        var policy = Invariant.NotNull(repository.Descriptor.Lease);
        using var session = await SurveySession.OpenAsync(repository, state, monitor, goesOn: true, cancellationToken);
        var records = LeaseRecords.Load(state, repository.Id);
        var locks = new LockKeeper(repository, Invariant.NotNull(originals.Versions), records, policy, monitor);
        var run = new LeaseRun(repository, originals, session, records, locks, policy, options);
        try
        {
            var result = await run.RunAsync(cancellationToken);
            return result with
            {
                Notes =
                [
                    .. session.Problems.Select(problem => problem.Message), .. session.Surveyor.Notes, .. result.Notes,
                ],
            };
        }
        finally
        {
            // What was asked or renewed is known, however the run ended.
            records.Save(state, repository.Id);
        }
    }
}
