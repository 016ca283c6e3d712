using Cairn.Engine.Indexing;
using Cairn.Engine.Primitives;
using Cairn.Engine.State;

namespace Cairn.Engine.Repositories.Reading;

/// <summary>
/// A repository opened with its secrets, and all that reading operations share: index, retired records, blobs. Borrows
/// the repository.
/// </summary>
public sealed class ReadSession : IDisposable
{
    ReadSession(Repository repository, BlobIndex index, RetiredLog retired, IReadOnlyList<ObjectProblem> problems)
    {
        Repository = repository;
        Index = index;
        Retired = retired;
        IndexProblems = problems;
        Blobs = new BlobReader(repository, index);
    }

    public Repository Repository { get; }
    public BlobIndex Index { get; }
    public RetiredLog Retired { get; }
    public BlobReader Blobs { get; }

    /// <summary>Index objects that could not be used.</summary>
    public IReadOnlyList<ObjectProblem> IndexProblems { get; }

    public static async Task<ReadSession> OpenAsync(
        Repository repository, IStateFolder state, CancellationToken cancellationToken)
    {
        repository.RequireSecrets();
        var retired = new RetiredLog(repository.Store, repository.Keys, repository.Signers);
        await retired.LookAsync(cancellationToken);
        try
        {
            return await OpenAsync(repository, state, retired, cancellationToken);
        }
        catch (IndexDamagedException)
        {
            // The damaged file is gone by now, and what it held is fetched again (INV-7).
            return await OpenAsync(repository, state, retired, cancellationToken);
        }
    }

    public void Dispose()
    {
        Blobs.Dispose();
        Index.Dispose();
    }

    static async Task<ReadSession> OpenAsync(
        Repository repository, IStateFolder state, RetiredLog retired, CancellationToken cancellationToken)
    {
        var index = BlobIndex.Open(state, new Bytes32(repository.Id.AsSpan()));
        try
        {
            var problems = await IndexSync.SyncAsync(repository, index, retired, IndexUse.Reading, cancellationToken);
            return new ReadSession(repository, index, retired, problems);
        }
        catch
        {
            index.Dispose();
            throw;
        }
    }
}
