using Cairn.Engine.Indexing;
using Cairn.Engine.State;

namespace Cairn.Engine.Repositories.Reading;

/// <summary>
/// A repository opened with its secrets, and all that reading operations share: index, retired records, blobs. Borrows
/// the repository and the state.
/// </summary>
public sealed class ReadSession : IDisposable
{
    ReadSession(
        Repository repository, IStateFolder state, BlobIndex index, RetiredLog retired,
        IReadOnlyList<ObjectProblem> problems)
    {
        Repository = repository;
        State = state;
        Index = index;
        Retired = retired;
        IndexProblems = problems;
        Blobs = new BlobReader(repository, index);
        Moves = new MoveLog(repository.Store, repository.Keys, repository.Signers, skipsDamaged: true);
    }

    public Repository Repository { get; }
    public IStateFolder State { get; }
    public BlobIndex Index { get; }
    public RetiredLog Retired { get; }
    public BlobReader Blobs { get; }

    /// <summary>
    /// What was repacked, for those who go by ledgers: nothing is in it before a look. Finding blobs needs none of it.
    /// </summary>
    public MoveLog Moves { get; }

    /// <summary>Index objects that could not be used.</summary>
    public IReadOnlyList<ObjectProblem> IndexProblems { get; }

    public static async Task<ReadSession> OpenAsync(
        Repository repository, IStateFolder state, CancellationToken cancellationToken)
    {
        repository.RequireSecrets();
        // A record that cannot be read may stop a backup, which relies on it, but not a restore: what it retired is at
        // worst still shown.
        var retired = new RetiredLog(repository.Store, repository.Keys, repository.Signers, skipsDamaged: true);
        await retired.LookAsync(cancellationToken);
        var (index, problems) = await LocalIndex.OpenAsync(
            repository, state, retired, IndexUse.Reading, cancellationToken);
        return new ReadSession(repository, state, index, retired, problems);
    }

    public void Dispose()
    {
        Blobs.Dispose();
        Index.Dispose();
    }
}
