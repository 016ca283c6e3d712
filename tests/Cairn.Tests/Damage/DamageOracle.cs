using System.Text;
using Cairn.Engine.Formats;
using Cairn.Engine.Manifests;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Keys;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Testing.State;

namespace Cairn.Tests.Damage;

/// <summary>Where a blob lies: the bytes that must be intact for it to be readable.</summary>
readonly record struct Place(string Pack, int Offset, int Length);

/// <summary>What a file needs of packs, besides its snapshot's manifest.</summary>
sealed record Needs(IReadOnlyList<BlobId> Content, IReadOnlyList<BlobId> Attributes);

/// <summary>
/// Knows from the undamaged repository which bytes of which pack every file needs, and so what a damage must cost, and
/// what it must not.
/// </summary>
sealed class DamageOracle
{
    readonly Dictionary<BlobId, List<Place>> _places = [];
    readonly Dictionary<ObjectHash, BlobId> _manifests = [];
    readonly Dictionary<(ObjectHash Snapshot, string Path), Needs> _needs = [];

    public static async Task<DamageOracle> CreateAsync(DamageWorld world)
    {
        var oracle = new DamageOracle();
        using var repository = await world.Test.OpenForReadingAsync();
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), default);
        oracle.ReadPlaces(session);
        var keys = await KeyStore.ReadAsync(
            world.Test.Store, repository.Id, repository.Epochs, default);
        oracle.LiveSlots = keys.Slots.Select(stored => stored.Key.Value).ToHashSet();
        foreach (var (name, _, _) in world.Snapshots)
            await oracle.ReadAsync(session, await SnapshotCatalog.ReadAsync(repository, name, default));
        return oracle;
    }

    /// <summary>Key slots that the current roster lists.</summary>
    public IReadOnlySet<string> LiveSlots { get; private set; } = new HashSet<string>();

    public bool HasManifest(SnapshotName snapshot, DamageWorld world, DamageCase damage) =>
        IsIntact(_manifests[snapshot.Hash], world, damage);

    /// <summary>Every entry of it that is lost: content or a value of an attribute.</summary>
    public IEnumerable<string> LostOf(SnapshotName snapshot, DamageWorld world, DamageCase damage) =>
        _needs.Where(item => item.Key.Snapshot == snapshot.Hash
            && item.Value.Content.Concat(item.Value.Attributes).Any(blob => !IsIntact(blob, world, damage)))
            .Select(item => item.Key.Path).Order(StringComparer.Ordinal);

    /// <summary>Some place of it has the bytes it had.</summary>
    bool IsIntact(BlobId blob, DamageWorld world, DamageCase damage) => _places[blob].Any(place =>
    {
        if (place.Pack != damage.Name)
            return true;
        var end = place.Offset + place.Length;
        return damage.Bytes is { } bytes && end <= bytes.Length
            && bytes.AsSpan(place.Offset..end).SequenceEqual(world.Objects[place.Pack].AsSpan(place.Offset..end));
    });

    void ReadPlaces(ReadSession session)
    {
        foreach (var number in session.Index.EnumeratePacks())
        {
            var pack = session.Index.GetPack(number);
            for (var row = 0; row < pack.RowCount; row++)
            {
                var blob = session.Index.GetRow(number, row);
                if (!_places.TryGetValue(blob.Id, out var places))
                    _places.Add(blob.Id, places = []);
                places.Add(new Place(
                    ObjectNames.Pack(pack.Name).Value, session.Index.GetOffset(number, row), blob.StoredLength));
            }
        }
    }

    async Task ReadAsync(ReadSession session, SnapshotInfo snapshot)
    {
        // Small trees are one piece.
        Assert.Equal(0, snapshot.ManifestLevel);
        _manifests.Add(snapshot.Name.Hash, snapshot.Manifest);
        var reader = new ManifestReader(session.Blobs, snapshot.Manifest, snapshot.ManifestLevel);
        var contents = new ContentReader(session.Blobs);
        await foreach (var block in reader.ReadAsync(ManifestRange.Everything, default))
        {
            foreach (var entry in block.Entries.ToArray())
            {
                var blobs = new List<BlobId>();
                if (entry.HasContent)
                {
                    await foreach (var batch in contents.ReadBlobsAsync(entry.Content!, entry.Size, default))
                        blobs.AddRange(batch.Select(blob => blob.Id));
                }
                var attributes = entry.Attributes.Where(attribute => attribute.StoredValue is not null)
                    .Select(attribute => attribute.StoredValue!.Value.Blob!.Value).ToList();
                var path = Encoding.Latin1.GetString(ManifestPath.Join(block.Path, entry.Name).Span);
                _needs.Add((snapshot.Name.Hash, path), new Needs(blobs, attributes));
            }
        }
    }
}
