using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Repositories.Writing;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Prune;

/// <summary>
/// Puts many small index objects into few larger ones, as they lie in the store: every backup leaves one, and who reads
/// the repository for the first time fetches them all. An object goes once another that contains it has been there
/// for the grace, and was read from the store just before. Nothing but its being contained counts, so whoever did the
/// half of it, and how often, does not matter.
/// </summary>
sealed class IndexCompaction(
    Repository repository, BlobIndex index, RetiredLog retired, Signer signer, PruneOptions options, PruneTally tally)
{
    // What is larger costs little by being one object more.
    const long SmallMax = 1 << 20;
    // Held in memory while it is made, some times over.
    const long TogetherMax = 8 << 20;

    readonly record struct Listed(ObjectKey Key, DatedName Name, long Size, DateTimeOffset? Modified);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // A lock that is renewed for ever would keep what was replaced.
        if (repository.Descriptor.Lease is not null)
            return;
        await IndexSync.SyncAsync(repository, index, retired, IndexUse.Reading, cancellationToken);
        var listed = await ListAsync(cancellationToken);
        foreach (var group in Group(listed))
        {
            if (options.IsDryRun)
            {
                tally.Compact(group.Count);
                tally.Requests++;
            }
            else
                await PutTogetherAsync(group, cancellationToken);
        }
        if (!options.IsDryRun)
            listed = await ListAsync(cancellationToken);
        await DeleteContainedAsync(listed, cancellationToken);
    }

    async Task<List<Listed>> ListAsync(CancellationToken cancellationToken)
    {
        var listed = new List<Listed>();
        await foreach (var info in repository.Store.ListAsync(ObjectNames.Index, cancellationToken))
        {
            if (info.ForeignName is null && ObjectNames.TryParseDated(ObjectNames.Index, info.Key, out var name))
                listed.Add(new Listed(info.Key, name, info.Size, info.Modified));
        }
        return listed;
    }

    // Only what was read and is sound, and is in no other yet.
    List<List<Listed>> Group(List<Listed> listed)
    {
        var keys = listed.Select(item => item.Key).ToHashSet();
        var contained = ContainedObjects.Of(index);
        var small = listed.FindAll(item => item.Size <= SmallMax && index.Absorbed.Contains(item.Key)
            && contained.FindOuter(item.Key, keys) is null);
        if (small.Count < options.IndexObjectsMin)
            return [];
        var groups = new List<List<Listed>>();
        var bytes = TogetherMax;
        foreach (var item in small)
        {
            if (bytes + item.Size > TogetherMax)
            {
                groups.Add([]);
                bytes = 0;
            }
            groups[^1].Add(item);
            bytes += item.Size;
        }
        groups.RemoveAll(group => group.Count < 2);
        return groups;
    }

    async Task PutTogetherAsync(List<Listed> group, CancellationToken cancellationToken)
    {
        var contained = new List<ReadOnlyMemory<byte>>();
        foreach (var item in group)
        {
            if (await TryReadAsync(item, cancellationToken) is { Object.Depth: < IndexObject.DepthMax } read)
                contained.Add(read.Bytes);
        }
        if (contained.Count < 2)
            return;
        var ulid = Ulid.New(repository.Environment.Time, repository.Environment.Random);
        var stored = IndexEnvelope.Seal(
            ObjectType.Index, repository.CurrentEpoch.Domain, ulid,
            IndexCodec.Write(new IndexBody([], [.. contained])).Written, repository.Keys, signer,
            repository.Environment.Random);
        var (key, hash) = await ObjectWriter.PutDatedAsync(
            repository.Store, ObjectNames.Index, ulid, stored, cancellationToken);
        tally.Requests++;
        tally.Compact(contained.Count);
        // Read back: what others will have in place of the old ones.
        var written = new Listed(key, new DatedName(ulid, hash), stored.Length, Modified: null);
        var back = await TryReadAsync(written, cancellationToken);
        back?.Object.AbsorbInto(index);
        index.Commit();
    }

    async Task DeleteContainedAsync(List<Listed> listed, CancellationToken cancellationToken)
    {
        var byKey = listed.ToDictionary(item => item.Key);
        var contained = ContainedObjects.Of(index);
        var keys = byKey.Keys.ToHashSet();
        var outers = listed.Select(item => contained.FindOuter(item.Key, keys)).OfType<ObjectKey>().Distinct();
        // The newest last: an object is deleted only while what contains it, however deep, is still there.
        foreach (var outer in outers.Select(key => byKey[key]).Where(IsGraceOver).OrderBy(item => item.Name).ToList())
        {
            if (await TryReadAsync(outer, cancellationToken) is not { } read)
                continue;
            var going = read.Object.AllContained.Select(inner => inner.Key).Where(keys.Contains).ToList();
            if (options.IsDryRun)
            {
                tally.IndexObjectsDeleted += going.Count;
                tally.Requests += going.Count;
            }
            else if (!await TryDeleteAsync(going, cancellationToken))
                return;
        }
    }

    async Task<bool> TryDeleteAsync(List<ObjectKey> going, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var key in going)
            {
                await repository.Store.DeleteAsync(key, cancellationToken);
                tally.Requests++;
                tally.IndexObjectsDeleted++;
            }
            return true;
        }
        catch (StoreException e) when (e.Kind is StoreErrorKind.Refused or StoreErrorKind.Protected)
        {
            tally.AddNotes([$"small index objects stay: {e.Message}"]);
            return false;
        }
    }

    // Who lists the objects while one comes and others go may see neither.
    // By the later of two clocks: neither need be right.
    bool IsGraceOver(Listed outer)
    {
        var now = repository.Environment.Time.GetUtcNow();
        return options.Grace <= TimeSpan.Zero
            || (now - (outer.Modified ?? DateTimeOffset.MinValue) >= options.Grace
                && now - (outer.Name.Ulid.Time ?? DateTimeOffset.MinValue) >= options.Grace);
    }

    /// <summary>Null if it has gone meanwhile, or cannot be used: then all stays as it is.</summary>
    async Task<(IndexObject Object, ReadOnlyMemory<byte> Bytes)?> TryReadAsync(
        Listed item, CancellationToken cancellationToken)
    {
        try
        {
            return await ObjectReader.ReadAsync<(IndexObject, ReadOnlyMemory<byte>)?>(
                repository.Store, item.Key, item.Name.Hash,
                bytes => (IndexObject.Open(repository, item.Name, bytes), bytes), cancellationToken);
        }
        catch (Exception e) when (ObjectProblem.TryFrom(item.Key, e) is { } problem)
        {
            if (e is not StoreException { Kind: StoreErrorKind.NotFound })
                tally.AddNotes([problem.Message]);
            return null;
        }
    }
}
