using System.Collections.Concurrent;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Packs;
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
    /// <summary>
    /// Returns what could not be used; the packs that only such an object names are unknown then, which costs
    /// deduplication or a slow search, never data. Looks at <paramref name="retired"/> as its caller last did.
    /// </summary>
    public static async Task<IReadOnlyList<ObjectProblem>> SyncAsync(
        Repository repository, BlobIndex index, RetiredLog retired, IndexUse use, CancellationToken cancellationToken)
    {
        var problems = new ConcurrentQueue<ObjectProblem>();
        var missing = await FindMissingAsync(repository.Store, index, problems, cancellationToken);
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = Math.Max(repository.Store.Capabilities.Concurrency, 1),
            CancellationToken = cancellationToken, TaskScheduler = repository.Environment.Threads.Scheduler,
        };
        await Parallel.ForEachAsync(missing, parallel, async (item, cancellation) =>
        {
            if (await TryReadAsync(repository, item.Key, item.Name, problems, cancellation) is { } tables)
                index.Absorb(item.Key, tables);
        });
        if (use == IndexUse.Writing)
        {
            foreach (var pack in retired.Condemned)
                index.Exclude(pack);
        }
        foreach (var pack in retired.Deleted)
            index.RemovePack(pack);
        index.Commit();
        return [.. problems.OrderBy(problem => problem.Object, StringComparer.Ordinal)];
    }

    public static Task<IReadOnlyList<ObjectProblem>> SyncAsync(
        Repository repository, BlobIndex index, RetiredLog retired, CancellationToken cancellationToken) =>
        SyncAsync(repository, index, retired, IndexUse.Writing, cancellationToken);

    /// <summary>Opens an index object: the tables it holds.</summary>
    internal static PackTable[] Open(Repository repository, DatedName name, ReadOnlyMemory<byte> bytes)
    {
        var opened = IndexEnvelope.Open(ObjectType.Index, bytes.Span, repository.Keys, repository.Signers);
        if (opened.Ulid != name.Ulid)
            throw new FormatViolationException(FailureKind.Name, "its name says another ULID than the object");
        var tables = IndexCodec.Decode(opened.Body.Span);
        for (var i = 0; i < tables.Length; i++)
        {
            if (tables[i].Authors[0] != opened.Signer)
                tables[i] = tables[i] with { IndexedBy = opened.Signer };
        }
        return tables;
    }

    static async Task<List<(ObjectKey Key, DatedName Name)>> FindMissingAsync(
        IObjectStore store, BlobIndex index, ConcurrentQueue<ObjectProblem> problems,
        CancellationToken cancellationToken)
    {
        var missing = new List<(ObjectKey, DatedName)>();
        await foreach (var info in store.ListAsync(ObjectNames.Index, cancellationToken))
        {
            if (info.ForeignName is not null || !ObjectNames.TryParseDated(ObjectNames.Index, info.Key, out var name))
                problems.Enqueue(ObjectProblem.OfForeignName(info.Name));
            else if (!index.Absorbed.Contains(info.Key))
                missing.Add((info.Key, name));
        }
        return missing;
    }

    static async Task<PackTable[]?> TryReadAsync(
        Repository repository, ObjectKey key, DatedName name, ConcurrentQueue<ObjectProblem> problems,
        CancellationToken cancellationToken)
    {
        try
        {
            return await ObjectReader.ReadAsync(
                repository.Store, key, name.Hash, bytes => Open(repository, name, bytes), cancellationToken);
        }
        catch (Exception e) when (ObjectProblem.TryFrom(key, e) is { } problem)
        {
            problems.Enqueue(problem);
            return null;
        }
    }
}
