using Cairn.Engine.Entries;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Manifests;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Testing;

namespace Cairn.Tests.Manifests;

public class ManifestReaderTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    public async Task Every_subtree_directory_and_entry_is_found_as_a_filter_finds_it(int seed)
    {
        var random = new SeededRandom((ulong)seed);
        var tree = new RandomTrees(random).Tree(6000);
        var blobs = new MemoryBlobs { IsAsynchronous = true };
        var reader = BuiltManifest.Build(blobs, tree).Reader(blobs);
        for (var round = 0; round < 60; round++)
        {
            var placed = tree[random.NextInt(tree.Count)];
            var (@class, path) = (placed.Class, placed.Path);
            var found = await reader.FindAsync(@class, path, Token);
            Assert.Equal(Same.Text(placed.Entry), Same.Text(found!));

            var below = tree.Where(p => p == placed || (p.Class == @class && p.Directory.Length > 0
                && ManifestOrder.IsAtOrBelow(p.Directory, path)));
            var subtree = await reader.ReadSubtreeAsync(@class, path, Token).Collect();
            Assert.Equal(below.Select(Same.Text), subtree.Select(Same.Text));

            var children = tree.Where(p => p.Class == @class && p.Directory.AsSpan().SequenceEqual(placed.Directory));
            var listed = await reader.ReadAsync(ManifestRange.Children(@class, placed.Directory), Token).Collect();
            Assert.Equal(children.Select(Same.Text), listed.Select(Same.Text));
        }
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        var blobs = new MemoryBlobs();
        var reader = BuiltManifest.Build(blobs, BuiltManifest.Regular(5000)).Reader(blobs);
        const string file = "srv/data/set-00001/file-0500";
        foreach (var path in new[] { "", "a", "zzz", file, file + ".txt/x" })
        {
            var bytes = System.Text.Encoding.ASCII.GetBytes(path);
            Assert.Null(await reader.FindAsync(0, bytes, Token));
            Assert.Null(await reader.FindAsync(1, bytes, Token));
        }
        Assert.Empty(await reader.ReadSubtreeAsync(0, "srv/data/set-0"u8.ToArray(), Token).Collect());
        Assert.Empty(await reader.ReadSubtreeAsync(1, default, Token).Collect());
        Assert.Equal(5000, (await reader.ReadSubtreeAsync(0, default, Token).Collect()).Count);
    }

    [Fact]
    public async Task A_part_is_read_through_few_pieces()
    {
        var blobs = new MemoryBlobs();
        var root = BuiltManifest.Build(blobs, BuiltManifest.Regular(200_000));
        var reader = root.Reader(blobs);
        await reader.FindAsync(0, "srv/data/set-00100/file-0500.txt"u8.ToArray(), Token);
        Assert.Equal(root.Level + 1, blobs.Reads.Count);

        blobs.Reads.Clear();
        var directory = ManifestRange.Below(0, "srv/data/set-00100"u8.ToArray());
        Assert.Equal(1000, (await reader.ReadAsync(directory, Token).Collect()).Count);
        Assert.InRange(blobs.Reads.Count, root.Level + 1, 2 * root.Level + 6);
    }

    [Fact]
    public async Task Reading_that_is_given_up_leaves_nothing_running()
    {
        var blobs = new MemoryBlobs { IsAsynchronous = true };
        var root = BuiltManifest.Build(blobs, BuiltManifest.Regular(50_000));
        await foreach (var _ in root.Reader(blobs).ReadAsync(ManifestRange.Everything, Token))
            break;
        var reads = blobs.Reads.Count;
        Assert.InRange(reads, 2, 20);
        await foreach (var _ in root.Reader(blobs).ReadAsync(ManifestRange.Everything, Token))
            break;
        Assert.Equal(2 * reads, blobs.Reads.Count);
    }

    [Fact]
    public async Task Cancelling_stops_the_reading()
    {
        var blobs = new MemoryBlobs();
        var root = BuiltManifest.Build(blobs, BuiltManifest.Regular(50_000));
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in root.Reader(blobs).ReadAsync(ManifestRange.Everything, cancel.Token))
                await cancel.CancelAsync();
        });
    }

    [Theory]
    [InlineData("other level")]
    [InlineData("other first entry")]
    [InlineData("other count")]
    [InlineData("other bytes")]
    [InlineData("leaves swapped")]
    [InlineData("leaf reaches into the next")]
    [InlineData("continuation missing")]
    [InlineData("continuation of nothing")]
    [InlineData("empty leaf")]
    public async Task A_manifest_that_contradicts_itself_is_refused(string what)
    {
        var blobs = new MemoryBlobs();
        var first = Leaf(blobs, continued: false, "a", "b");
        var second = Leaf(blobs, continued: true, "c", "d");
        UpperRow[] rows = what switch
        {
            "other first entry" => [Row("a", first), Row("bb", second)],
            "other count" => [Row("a", first), Row("c", second, entries: 3)],
            "other bytes" => [Row("a", first), Row("c", second, bytes: 1)],
            "leaves swapped" => [Row("a", second), Row("c", first)],
            "leaf reaches into the next" => [Row("a", Leaf(blobs, continued: false, "a", "x")), Row("c", second)],
            "continuation missing" => [Row("a", first), Row("c", Leaf(blobs, continued: false, "c", "d"))],
            "continuation of nothing" => [Row("a", Leaf(blobs, continued: true, "a", "b")), Row("c", second)],
            "empty leaf" => [Row("a", first), Row("c", blobs.Put(BlobKind.Manifest, [0, 0]))],
            _ => [Row("a", first), Row("c", second)],
        };
        var root = Upper(blobs, rows);
        var level = what == "other level" ? 2 : 1;
        var expected = what == "other level" ? FailureKind.Framing : FailureKind.Content;
        var whole = await Assert.ThrowsAsync<FormatViolationException>(
            () => new ManifestReader(blobs, root, level).ReadAsync(ManifestRange.Everything, Token).Collect());
        Assert.Equal(expected, whole.Kind);
        var check = await Assert.ThrowsAsync<FormatViolationException>(async () =>
        {
            await foreach (var _ in new ManifestBlobs(blobs).ReadAsync(root, level, Token)) { }
        });
        Assert.Equal(expected, check.Kind);
    }

    [Fact]
    public async Task The_manifest_that_the_contradictions_are_made_from_is_right()
    {
        var blobs = new MemoryBlobs();
        var root = Upper(blobs,
            [Row("a", Leaf(blobs, continued: false, "a", "b")), Row("c", Leaf(blobs, continued: true, "c", "d"))]);
        var reader = new ManifestReader(blobs, root, 1);
        Assert.Equal(4, (await reader.ReadAsync(ManifestRange.Everything, Token).Collect()).Count);
    }

    [Fact]
    public async Task All_blobs_that_a_manifest_needs_are_named()
    {
        var random = new SeededRandom(35);
        var tree = new RandomTrees(random).Tree(3000);
        var blobs = new MemoryBlobs();
        var large = new ExtentListBuilder(blobs);
        var extents = new RandomTrees(random).Extents(5000);
        foreach (var extent in extents)
            large.Add(extent);
        var file = tree.First(p => p.Entry.Kind == EntryKind.File).Entry;
        file.Size = large.Length;
        file.Content = large.Finish();
        var root = BuiltManifest.Build(blobs, tree);

        var named = new HashSet<(BlobKind, BlobId)>();
        await foreach (var batch in new ManifestBlobs(blobs).ReadAsync(root.Id, root.Level, Token))
        {
            foreach (var blob in batch)
            {
                named.Add((blob.Kind, blob.Id));
                if (blob.Kind != BlobKind.Chunk)
                    Assert.Equal(blobs.Blobs[(blob.Kind, blob.Id)].Length, blob.Length);
            }
        }
        var chunks = tree.Where(p => p.Entry.Content is { ListDepth: 0 }).SelectMany(p => p.Entry.Content!.Extents)
            .Concat(extents)
            .Concat(tree.SelectMany(p => p.Entry.Attributes).Select(a => a.StoredValue ?? new Extent(1, null)))
            .Where(e => !e.IsHole).Select(e => (BlobKind.Chunk, e.Blob!.Value));
        Assert.Equal(blobs.Blobs.Keys.Concat(chunks).ToHashSet(), named);
    }

    static BlobId Leaf(MemoryBlobs blobs, bool continued, params string[] names)
    {
        var encoder = new LeafPieceEncoder();
        encoder.BeginBlock(0, default, continued);
        foreach (var name in names)
        {
            encoder.Add(new Entry
            {
                Name = System.Text.Encoding.ASCII.GetBytes(name),
                Kind = EntryKind.Fifo,
                Owner = new Owner(0, 0, "", ""),
            });
        }
        return blobs.Put(BlobKind.Manifest, encoder.Finish());
    }

    static UpperRow Row(string name, BlobId id, ulong entries = 2, ulong bytes = 0) =>
        new(new ManifestKey(0, default, System.Text.Encoding.ASCII.GetBytes(name)), id, entries, bytes);

    static BlobId Upper(MemoryBlobs blobs, UpperRow[] rows)
    {
        var encoded = new PieceWriter();
        foreach (var row in rows)
            UpperPiece.Write(encoded, row);
        var piece = new PieceWriter();
        UpperPiece.Frame(piece, 1, rows.Length, encoded.Written);
        return blobs.Put(BlobKind.Manifest, piece.Written);
    }
}
