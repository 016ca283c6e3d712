using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Packs;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Repositories.Reading;

/// <summary>
/// The slow way to a blob: packs that no index object names are read whole, each once per session, and made known to
/// the index in memory. Every pack describes itself, so any surviving pack can be restored from.
/// </summary>
sealed class UnlistedPacks(Repository repository, BlobIndex index) : IDisposable
{
    // Each takes a pack's size of memory.
    const int Concurrency = 2;

    // Where packs are lost for good, every blob of them would ask.
    const int SearchesMax = 4;

    readonly SemaphoreSlim _searching = new(1);
    volatile int _searches;

    /// <summary>How often all were searched.</summary>
    public int Searches => _searches;

    /// <summary>Returns when all of them are known; the first caller searches, the others wait.</summary>
    public Task MakeKnownAsync(CancellationToken cancellationToken) => SearchAsync(behind: 0, cancellationToken);

    /// <summary>
    /// Searches again, for packs that came since: one that the index knows is gone, so perhaps it was repacked. False
    /// if that was done too often.
    /// </summary>
    /// <param name="behind">How often all had been searched before the caller missed a pack.</param>
    public async Task<bool> TryMakeKnownAgainAsync(int behind, CancellationToken cancellationToken)
    {
        if (behind >= SearchesMax)
            return false;
        await SearchAsync(behind, cancellationToken);
        return true;
    }

    async Task SearchAsync(int behind, CancellationToken cancellationToken)
    {
        if (_searches > behind)
            return;
        // Without the token: a wait that is cancelled goes on upon a thread of the runtime's own choice. Whoever
        // searches heeds the same token.
        await _searching.WaitAsync(CancellationToken.None);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_searches > behind)
                return;
            var parallel = new ParallelOptions
            {
                MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken,
                TaskScheduler = repository.Environment.Threads.Scheduler,
            };
            await Parallel.ForEachAsync(
                repository.Store.ListAsync(ObjectNames.Packs, cancellationToken), parallel,
                async (info, cancellation) => await TakeAsync(info, cancellation));
            _searches++;
        }
        finally
        {
            _searching.Release();
        }
    }

    public void Dispose() => _searching.Dispose();

    async Task TakeAsync(ObjectInfo info, CancellationToken cancellationToken)
    {
        if (info.ForeignName is not null || !ObjectNames.TryParsePack(info.Key, out var name)
            || index.TryFindPack(name, out _))
            return;
        try
        {
            using var pack = await repository.Store.GetAsync(
                info.Key, ByteRange.Whole, Limits.PackBytes, cancellationToken);
            // The name's hash is not asked for: what is left of a damaged pack may be just what is needed, and every
            // blob is authenticated by itself.
            index.AddPending(PackReader.ReadTable(name, pack.Span, repository.Keys, out _));
        }
        catch (FormatViolationException)
        {
            // Its table cannot be read: it helps nobody. Check reports it.
        }
        catch (StoreException e) when (ObjectProblem.IsAboutObject(e.Kind))
        {
            // Nor can the object.
        }
    }
}
