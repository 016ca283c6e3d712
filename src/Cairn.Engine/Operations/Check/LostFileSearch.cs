using Cairn.Engine.Entries;
using Cairn.Engine.Formats;
using Cairn.Engine.Manifests;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Snapshots;

namespace Cairn.Engine.Operations.Check;

/// <summary>
/// Which files of which snapshots need what is lost. Goes through the manifests a second time, and only if something
/// may be lost.
/// </summary>
sealed class LostFileSearch(CheckContext context)
{
    public const int FilesKept = 10_000;

    readonly HashSet<BlobId> _lost = [];
    readonly Dictionary<SnapshotName, long> _counts = [];

    public List<LostFile> Files { get; } = [];
    public long Count { get; private set; }

    public async Task RunAsync(SnapshotCheck snapshots, CancellationToken cancellationToken)
    {
        await FindLostAsync(cancellationToken);
        if (_lost.Count == 0 && snapshots.Torn.Count == 0)
            return;
        context.Monitor.Begin("looking for files that are not whole", snapshots.Snapshots.Count);
        foreach (var snapshot in snapshots.Snapshots)
        {
            if (_lost.Count > 0 || snapshots.Torn.Contains(snapshot.Id))
                await SearchAsync(snapshot, cancellationToken);
            context.Monitor.Add();
        }
    }

    /// <summary>A suspect is lost if no place yields it: neither another pack, nor one that the index does not
    /// name.</summary>
    async Task FindLostAsync(CancellationToken cancellationToken)
    {
        var suspects = context.Findings.Suspects();
        context.Monitor.Begin("looking for other copies", suspects.Length);
        var gate = new Lock();
        await Parallel.ForEachAsync(suspects, context.Requests(cancellationToken), async (id, cancellation) =>
        {
            if (!await IsReadableAsync(id, cancellation))
            {
                lock (gate)
                    _lost.Add(id);
            }
            context.Monitor.Add();
        });
    }

    async Task<bool> IsReadableAsync(BlobId id, CancellationToken cancellationToken)
    {
        // Its kind is that of the rows that name it; if none does, it is tried as each.
        var kinds = context.Session.Index.FindAll(id)
            .Select(place => context.Session.Index.GetRow(place.Pack, place.Row).Kind).Distinct().ToList();
        if (kinds.Count == 0)
            kinds = [BlobKind.Chunk, BlobKind.ExtentList, BlobKind.Manifest];
        foreach (var kind in kinds)
        {
            try
            {
                using var plain = await context.Session.Blobs.ReadPooledAsync(kind, id, cancellationToken);
                return true;
            }
            catch (DamagedObjectException)
            {
                // Tried as the next kind, if any.
            }
        }
        return false;
    }

    async Task SearchAsync(SnapshotInfo snapshot, CancellationToken cancellationToken)
    {
        var contents = new ContentReader(context.Session.Blobs);
        var manifest = SnapshotPath.Salvage(context.Session, snapshot);
        await foreach (var (block, lost) in manifest.ReadAsync(ManifestRange.Everything, cancellationToken))
        {
            if (lost is not null)
            {
                var count = (long)Math.Max(lost.Entries, 1);
                Add(snapshot, lost.First is { } first ? ManifestPath.Join(first.Path, first.Name) : default, count);
                continue;
            }
            for (var i = 0; i < block.Entries.Length; i++)
            {
                var entry = block.Entries.Span[i];
                if (await NeedsLostAsync(entry, contents, cancellationToken))
                    Add(snapshot, ManifestPath.Join(block.Path, entry.Name).ToArray(), count: 1);
            }
        }
    }

    async ValueTask<bool> NeedsLostAsync(Entry entry, ContentReader contents, CancellationToken cancellationToken)
    {
        foreach (var attribute in entry.Attributes)
        {
            if (attribute.StoredValue?.Blob is { } id && _lost.Contains(id))
                return true;
        }
        if (!entry.HasContent)
            return false;
        try
        {
            await foreach (var batch in contents.ReadBlobsAsync(entry.Content!, entry.Size, cancellationToken))
            {
                if (batch.Any(blob => _lost.Contains(blob.Id)))
                    return true;
            }
            return false;
        }
        catch (Exception e) when (e is DamagedObjectException or FormatViolationException)
        {
            return true;
        }
    }

    /// <summary>Takes back what was found of a snapshot.</summary>
    public void Drop(SnapshotName name)
    {
        Count -= _counts.GetValueOrDefault(name);
        _counts.Remove(name);
        Files.RemoveAll(file => file.Snapshot == name.Hash.ToString()[..SnapshotInfo.ShortIdLength]);
    }

    void Add(SnapshotInfo snapshot, ReadOnlyMemory<byte> path, long count)
    {
        Count += count;
        _counts[snapshot.Name] = _counts.GetValueOrDefault(snapshot.Name) + count;
        if (Files.Count < FilesKept)
            Files.Add(new LostFile(snapshot.ShortId, path));
    }
}
