using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.State;

namespace Cairn.Engine.Operations.Prune;

/// <summary>
/// Gives back the space of what nothing needs: condemns packs, and deletes what was condemned before, has had its
/// grace, and is still not needed; gives up ledgers of crashed runs and of forgotten snapshots; copies what is needed
/// out of packs that are mostly not. Works without the restore key, beside any number of backups and other prunes, as
/// docs/design/commit-protocol.md says. All it knows stands in the repository: a run that ended anywhere is continued
/// by any other.
/// </summary>
public static class PruneOperation
{
    // Each round goes on with what the one before has announced; without a grace five or so reach the end.
    const int RoundsMax = 12;

    /// <param name="repository">Opened with a secret, or with the credential of a maintainer.</param>
    public static async Task<PruneResult> RunAsync(
        Repository repository, IStateFolder state, PruneOptions options, WorkMonitor monitor,
        CancellationToken cancellationToken)
    {
        var signer = repository.RequireMaintainer();
        using var session = await SurveySession.OpenAsync(
            repository, state, monitor, goesOn: false, cancellationToken);
        var (retired, moves, index, surveyor) = (session.Retired, session.Moves, session.Index, session.Surveyor);
        var tally = new PruneTally(session.Problems.Select(problem => problem.Message));
        var locks = new PruneLocks(repository, state);
        var execution = new PruneExecution(repository, index, retired, moves, signer, options, tally);
        for (var round = 1; round <= RoundsMax; round++)
        {
            var survey = await surveyor.LookAsync(cancellationToken);
            if (round > 1)
                await IndexSync.SyncAsync(repository, index, retired, IndexUse.Reading, cancellationToken);
            var steps = new PruneDecision(
                survey, retired, pack => RowsOf(index, pack), options, repository.Environment.Time.GetUtcNow())
                .Decide();
            steps = await locks.ApplyAsync(steps, cancellationToken);
            var repack = RepackPlan.Make(
                survey, steps, index, options, tally.BytesCopied, repository.Environment.Time.GetUtcNow());
            tally.See(survey, steps, repack, options.Prices);
            if (options.IsDryRun)
            {
                tally.Plan(steps, repack);
                break;
            }
            if (!await execution.RunAsync(steps, repack, cancellationToken))
                break;
        }
        await new IndexCompaction(repository, index, retired, signer, options, tally).RunAsync(cancellationToken);
        tally.AddNotes([.. surveyor.Notes, .. retired.Notes, .. moves.Problems]);
        return tally.ToResult();
    }

    // Of two tables that contradict each other under one name none is believed.
    internal static int? RowsOf(BlobIndex index, ObjectHash pack)
    {
        int? rows = null;
        foreach (var number in index.FindPacksByPrefix(PackPrefix.Of(pack)))
        {
            var facts = index.GetPack(number);
            if (facts.Name != pack)
                continue;
            if (rows is not null)
                return null;
            rows = facts.RowCount;
        }
        return rows;
    }
}
