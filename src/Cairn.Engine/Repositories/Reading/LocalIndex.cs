using Cairn.Engine.Indexing;
using Cairn.Engine.Primitives;
using Cairn.Engine.State;

namespace Cairn.Engine.Repositories.Reading;

/// <summary>
/// Opens the local index, up to date. The index is a cache of the repository (INV-7): damaged, it is made anew; and if
/// it remembers index objects that the repository no longer has, the repository is not the one it knew (restored from
/// an older copy, say), and believing the cache would lose data at the next backup. One that another contains is no
/// loss.
/// </summary>
public static class LocalIndex
{
    public static async Task<(BlobIndex Index, IReadOnlyList<ObjectProblem> Problems)> OpenAsync(
        Repository repository, IStateFolder state, RetiredLog retired, IndexUse use,
        CancellationToken cancellationToken)
    {
        try
        {
            return await TryOpenAsync(repository, state, retired, use, cancellationToken);
        }
        catch (IndexDamagedException)
        {
            // The damaged file is gone already; what it held is fetched again.
            return await TryOpenAsync(repository, state, retired, use, cancellationToken);
        }
    }

    static async Task<(BlobIndex, IReadOnlyList<ObjectProblem>)> TryOpenAsync(
        Repository repository, IStateFolder state, RetiredLog retired, IndexUse use,
        CancellationToken cancellationToken)
    {
        var index = BlobIndex.Open(state, new Bytes32(repository.Id.AsSpan()));
        try
        {
            // First what is new: it may contain what is no longer there.
            var (problems, listed) = await IndexSync.SyncListedAsync(
                repository, index, retired, use, cancellationToken);
            if (ContainedObjects.AreThere(index, listed))
                return (index, problems);
            index.Dispose();
            BlobIndex.DeleteFiles(state);
            index = BlobIndex.Open(state, new Bytes32(repository.Id.AsSpan()));
            problems = await IndexSync.SyncAsync(repository, index, retired, use, cancellationToken);
            return (index, problems);
        }
        catch
        {
            index.Dispose();
            throw;
        }
    }
}
