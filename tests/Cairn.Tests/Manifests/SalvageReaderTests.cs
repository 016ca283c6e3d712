using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Manifests;
using Cairn.Engine.Primitives;

namespace Cairn.Tests.Manifests;

public sealed class SalvageReaderTests
{
    [Fact]
    public async Task A_leaf_that_is_known_is_not_read_and_gives_no_blocks()
    {
        var blobs = new MemoryBlobs { IsAsynchronous = true };
        var root = BuiltManifest.Build(blobs, BuiltManifest.Regular(20_000));
        var pieces = await PiecesAsync(blobs, root, known: null);
        Assert.InRange(pieces.Count, 10, 1000);
        var known = pieces.Where((_, number) => number % 3 != 0)
            .ToDictionary(piece => piece.Id, piece => piece.Summary);
        blobs.Reads.Clear();
        var told = new List<BlobId>();
        var read = await PiecesAsync(
            blobs, root, id => known.TryGetValue(id, out var summary) ? summary : null, told);
        Assert.Equal(
            pieces.Select(piece => piece.Id).Where(id => !known.ContainsKey(id)), read.Select(piece => piece.Id));
        Assert.DoesNotContain(blobs.Reads, blob => known.ContainsKey(blob.Id));
        Assert.Superset(known.Keys.ToHashSet(), told.ToHashSet());
    }

    [Fact]
    public async Task What_is_known_of_a_leaf_is_held_against_its_place()
    {
        var blobs = new MemoryBlobs();
        var root = BuiltManifest.Build(blobs, BuiltManifest.Regular(20_000));
        var pieces = await PiecesAsync(blobs, root, known: null);
        var (wrong, other) = (pieces[3], pieces[7].Summary);
        var lost = new List<LostPiece>();
        await foreach (var block in Reader(blobs, root, id => id == wrong.Id ? other : null, [])
            .ReadAsync(ManifestRange.Everything, TestContext.Current.CancellationToken))
        {
            if (block.Lost is { } piece)
                lost.Add(piece);
        }
        Assert.Equal(wrong.Id, Assert.Single(lost).Piece);
    }

    static async Task<List<SalvagedPiece>> PiecesAsync(
        MemoryBlobs blobs, ManifestRoot root, Func<BlobId, LeafSummary?>? known, List<BlobId>? told = null)
    {
        var pieces = new List<SalvagedPiece>();
        await foreach (var block in Reader(blobs, root, known, told ?? [])
            .ReadAsync(ManifestRange.Everything, TestContext.Current.CancellationToken))
        {
            Assert.Null(block.Lost);
            if (!ReferenceEquals(pieces.LastOrDefault(), block.Piece))
                pieces.Add(block.Piece!);
        }
        return pieces;
    }

    static SalvageReader Reader(
        MemoryBlobs blobs, ManifestRoot root, Func<BlobId, LeafSummary?>? known, List<BlobId> told) =>
        new(blobs, root.Id, root.Level, isDamage: _ => false)
        {
            Known = known,
            OnPiece = id =>
            {
                lock (told)
                    told.Add(id);
            },
        };
}
