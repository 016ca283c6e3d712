using Cairn.Engine.Indexing;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.State;

namespace Cairn.Engine.Operations.Prune;

/// <summary>What is opened by whoever looks at all that a repository needs: records, local index, surveyor.</summary>
sealed class SurveySession : IDisposable
{
    SurveySession(
        RetiredLog retired, MoveLog moves, BlobIndex index, Surveyor surveyor, IReadOnlyList<ObjectProblem> problems) =>
        (Retired, Moves, Index, Surveyor, Problems) = (retired, moves, index, surveyor, problems);

    public RetiredLog Retired { get; }
    public MoveLog Moves { get; }
    public BlobIndex Index { get; }
    public Surveyor Surveyor { get; }

    /// <summary>Index objects that could not be read.</summary>
    public IReadOnlyList<ObjectProblem> Problems { get; }

    /// <param name="goesOn">Past records that cannot be read, and past whatever else would stop a prune.</param>
    public static async Task<SurveySession> OpenAsync(
        Repository repository, IStateFolder state, WorkMonitor monitor, bool goesOn,
        CancellationToken cancellationToken)
    {
        var retired = new RetiredLog(repository.Store, repository.Keys, repository.Signers, skipsDamaged: goesOn);
        var moves = new MoveLog(repository.Store, repository.Keys, repository.Signers, skipsDamaged: goesOn);
        await retired.LookAsync(repository, cancellationToken);
        var (index, problems) = await LocalIndex.OpenAsync(
            repository, state, retired, IndexUse.Reading, cancellationToken);
        var surveyor = new Surveyor(repository, index, retired, moves, monitor, goesOn);
        return new SurveySession(retired, moves, index, surveyor, problems);
    }

    public void Dispose()
    {
        Surveyor.Dispose();
        Index.Dispose();
    }
}
