using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Entries;
using Cairn.Engine.Manifests;
using Cairn.Engine.Operations.Copy;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Repair;

/// <summary>
/// Heals from a repository with other keys, which has copies of the damaged snapshots, or the snapshots that they are
/// copies of. Such a snapshot is copied back, in thought: contents and pieces of manifests come out under this
/// repository's ids, and the healer takes those that are wanted. What is not wanted need not even be read where both
/// manifests can be, for they have the same files cut at the same places.
/// </summary>
sealed class CopySource(
    ReadSession ours, ReadSession other, Healer healer, RepairOptions options, CopyMonitor monitor)
{
    /// <returns>How many of the snapshots the other repository has.</returns>
    public async Task<int> HealAsync(IReadOnlyList<SnapshotInfo> damaged, CancellationToken cancellationToken)
    {
        var listing = await SnapshotCatalog.ListAsync(other.Repository, cancellationToken);
        var theirs = listing.Snapshots.GroupBy(snapshot => IdentityOf(other.Repository, snapshot))
            .ToDictionary(group => group.Key, group => group.First());
        var found = 0;
        using var likely = new PairMemory(
            ours.State, other.Repository.Id, ours.Repository.Id, options.ToCopy().Limits.Pairs, PairMemory.Likely);
        likely.Clear();
        foreach (var snapshot in damaged)
        {
            if (!theirs.TryGetValue(IdentityOf(ours.Repository, snapshot), out var same))
                continue;
            found++;
            if (healer.IsDone)
                continue;
            monitor.Expect(snapshot.Statistics.Files, snapshot.Statistics.Bytes);
            await new ManifestPairs(ours, other, likely).FindAsync(snapshot, same, cancellationToken);
            await CopyBackAsync(same, likely, cancellationToken);
            await healer.AnnounceAsync(cancellationToken);
        }
        likely.Clear();
        return found;
    }

    async Task CopyBackAsync(SnapshotInfo same, PairMemory likely, CancellationToken cancellationToken)
    {
        var copy = options.ToCopy();
        using var fetcher = new BlobFetcher(
            other, ours.Repository, healer, likely, new RowsCounted(), copy, monitor);
        using var copier = new SnapshotCopier(other, ours.Repository, healer, fetcher, copy, monitor) { GoesOn = true };
        await copier.RunAsync(same, cancellationToken);
    }

    // What a snapshot is a copy of, or else itself.
    static (RepositoryId, ObjectHash) IdentityOf(Repository repository, SnapshotInfo snapshot) =>
        snapshot.Origin is { } origin ? (origin.Repository, origin.Snapshot) : (repository.Id, snapshot.Name.Hash);
}

/// <summary>
/// Goes through two manifests of the same snapshot under two keys, and pairs the chunks of their files by place. What
/// cannot be read is passed over: it makes pairs fewer, and more is read.
/// </summary>
sealed class ManifestPairs(ReadSession ours, ReadSession other, PairMemory pairs)
{
    readonly ContentReader _ourContents = new(ours.Blobs);
    readonly ContentReader _theirContents = new(other.Blobs);

    public async Task FindAsync(SnapshotInfo our, SnapshotInfo their, CancellationToken cancellationToken)
    {
        await using var left = EntriesAsync(ours, our, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var right = EntriesAsync(other, their, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var (hasLeft, hasRight) = (await left.MoveNextAsync(), await right.MoveNextAsync());
        while (hasLeft && hasRight)
        {
            var order = Compare(left.Current, right.Current);
            if (order == 0)
                await PairAsync(left.Current.Entry, right.Current.Entry, cancellationToken);
            if (order <= 0)
                hasLeft = await left.MoveNextAsync();
            if (order >= 0)
                hasRight = await right.MoveNextAsync();
        }
    }

    async Task PairAsync(Entry our, Entry their, CancellationToken cancellationToken)
    {
        if (our.Content is not { } ourContent || their.Content is not { } theirContent || our.Size != their.Size)
            return;
        try
        {
            await using var left = _ourContents.ReadExtentsAsync(ourContent, our.Size, cancellationToken)
                .GetAsyncEnumerator(cancellationToken);
            await using var right = _theirContents.ReadExtentsAsync(theirContent, their.Size, cancellationToken)
                .GetAsyncEnumerator(cancellationToken);
            while (await left.MoveNextAsync() && await right.MoveNextAsync())
            {
                var (ourExtent, theirExtent) = (left.Current, right.Current);
                if (ourExtent.Length != theirExtent.Length)
                    return;
                if (ourExtent.Blob is { } ourId && theirExtent.Blob is { } theirId)
                    pairs.Add(theirId, ourId);
            }
        }
        catch (Exception e) when (e is DamagedObjectException or FormatViolationException)
        {
            // A list that is lost.
        }
    }

    static async IAsyncEnumerable<PlacedEntry> EntriesAsync(
        ReadSession session, SnapshotInfo snapshot,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var manifest = SnapshotPath.Salvage(session, snapshot);
        await foreach (var (block, lost) in manifest.ReadAsync(ManifestRange.Everything, cancellationToken))
        {
            if (lost is not null)
                continue;
            for (var i = 0; i < block.Entries.Length; i++)
                yield return new PlacedEntry(block.Class, block.Path, block.Entries.Span[i]);
        }
    }

    static int Compare(PlacedEntry left, PlacedEntry right)
    {
        var byBlock = ManifestOrder.CompareBlocks(
            left.Class, left.Directory.Span, right.Class, right.Directory.Span);
        return byBlock != 0 ? byBlock : left.Entry.Name.Span.SequenceCompareTo(right.Entry.Name.Span);
    }

    readonly record struct PlacedEntry(byte Class, ReadOnlyMemory<byte> Directory, Entry Entry);
}
