using System.Collections.Concurrent;
using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Repositories.Reading;

public enum IndexUse
{
    /// <summary>Condemned packs are not found, so that nothing is deduplicated against them.</summary>
    Writing,
    /// <summary>
    /// Condemned packs are found as long as they are not deleted: a snapshot committed before the condemnation keeps
    /// what it needs in them.
    /// </summary>
    Reading,
}

/// <summary>
/// Brings the local index up to date with the repository's index objects and with what was retired. Order matters:
/// packs are excluded after the objects that may name them were absorbed.
/// </summary>
public static class IndexSync
{
    // Each time, objects have gone between listing and reading, which takes another prune.
    const int ListingsMax = 10;

    /// <summary>
    /// Returns what could not be used; the packs that only such an object names are unknown then, which costs
    /// deduplication or a slow search, never data. Looks at <paramref name="retired"/> as its caller last did.
    /// </summary>
    public static async Task<IReadOnlyList<ObjectProblem>> SyncAsync(
        Repository repository, BlobIndex index, RetiredLog retired, IndexUse use, CancellationToken cancellationToken)
    {
        var (problems, _) = await SyncListedAsync(repository, index, retired, use, cancellationToken);
        return problems;
    }

    /// <summary>Says too which index objects were there.</summary>
    internal static async Task<(IReadOnlyList<ObjectProblem> Problems, IReadOnlySet<ObjectKey> Listed)>
        SyncListedAsync(
            Repository repository, BlobIndex index, RetiredLog retired, IndexUse use,
            CancellationToken cancellationToken)
    {
        HashSet<ObjectKey> listed;
        ConcurrentQueue<ObjectProblem> problems;
        var (listings, hasLearned, isAgain) = (0, false, false);
        var refused = new ConcurrentDictionary<ObjectKey, byte>();
        do
        {
            (listed, problems) = ([], new ConcurrentQueue<ObjectProblem>());
            var missing = await FindMissingAsync(repository.Store, index, listed, problems, cancellationToken);
            var (hasUnknown, hasGone) = await ReadAsync(
                repository, index, missing, refused, problems, cancellationToken);
            // Whoever was let in since the repository was opened may have put others' objects together.
            var learns = hasUnknown && !hasLearned;
            if (learns)
                await repository.LearnSignersAsync(cancellationToken);
            hasLearned |= learns;
            // What has gone since it was listed is contained in another, which was there before: list again.
            isAgain = learns || hasGone;
        }
        while (isAgain && ++listings < ListingsMax);
        if (use == IndexUse.Writing)
        {
            foreach (var pack in retired.Condemned)
                index.Exclude(pack);
        }
        foreach (var pack in retired.Deleted)
            index.RemovePack(pack);
        index.Commit();
        return ([.. problems.OrderBy(problem => problem.Object, StringComparer.Ordinal)], listed);
    }

    public static Task<IReadOnlyList<ObjectProblem>> SyncAsync(
        Repository repository, BlobIndex index, RetiredLog retired, CancellationToken cancellationToken) =>
        SyncAsync(repository, index, retired, IndexUse.Writing, cancellationToken);

    /// <summary>Says whether one is by somebody who is not known, and whether one is not there any more.</summary>
    static async Task<(bool HasUnknown, bool HasGone)> ReadAsync(
        Repository repository, BlobIndex index, List<(ObjectKey Key, DatedName Name)> missing,
        ConcurrentDictionary<ObjectKey, byte> refused, ConcurrentQueue<ObjectProblem> problems,
        CancellationToken cancellationToken)
    {
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = Math.Max(repository.Store.Capabilities.Concurrency, 1),
            CancellationToken = cancellationToken, TaskScheduler = repository.Environment.Threads.Scheduler,
        };
        var (unknown, gone) = (0, 0);
        await Parallel.ForEachAsync(missing, parallel, async (item, cancellation) =>
        {
            try
            {
                var opened = await ObjectReader.ReadAsync(
                    repository.Store, item.Key, item.Name.Hash,
                    bytes => IndexObject.Open(repository, item.Name, bytes), cancellation);
                opened.AbsorbInto(index);
            }
            // So S3 says that an object is not there to whoever may not list everything. What is listed still, and
            // refused again, is.
            catch (StoreException e) when (e.Kind == StoreErrorKind.Refused && refused.TryAdd(item.Key, 0))
            {
                problems.Enqueue(new ObjectProblem(item.Key.Value, Kind: null, IsForeign: false, e.Message));
                Interlocked.Increment(ref gone);
            }
            catch (Exception e) when (ObjectProblem.TryFrom(item.Key, e) is { } problem)
            {
                problems.Enqueue(problem);
                if (e is StoreException { Kind: StoreErrorKind.NotFound })
                    Interlocked.Increment(ref gone);
                if (e is DamagedObjectException { IsOfUnknownSigner: true })
                    Interlocked.Increment(ref unknown);
            }
        });
        return (unknown > 0, gone > 0);
    }

    static async Task<List<(ObjectKey Key, DatedName Name)>> FindMissingAsync(
        IObjectStore store, BlobIndex index, HashSet<ObjectKey> listed, ConcurrentQueue<ObjectProblem> problems,
        CancellationToken cancellationToken)
    {
        var missing = new List<(ObjectKey, DatedName)>();
        await foreach (var info in store.ListAsync(ObjectNames.Index, cancellationToken))
        {
            if (info.ForeignName is not null || !ObjectNames.TryParseDated(ObjectNames.Index, info.Key, out var name))
                problems.Enqueue(ObjectProblem.OfForeignName(info.Name));
            else if (listed.Add(info.Key) && !index.Absorbed.Contains(info.Key))
                missing.Add((info.Key, name));
        }
        return missing;
    }
}
