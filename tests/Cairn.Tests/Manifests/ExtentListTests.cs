using Cairn.Engine.Entries;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Manifests;
using Cairn.Engine.Packs;
using Cairn.Testing;

namespace Cairn.Tests.Manifests;

public class ExtentListTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, 0)]
    [InlineData(8, 0)]
    [InlineData(9, 1)]
    [InlineData(1500, 1)]
    [InlineData(40_000, 2)]
    public async Task Extents_come_back_through_as_many_levels_as_they_need(int count, int depth)
    {
        var extents = new RandomTrees(new SeededRandom((ulong)count)).Extents(count);
        var blobs = new MemoryBlobs { IsAsynchronous = true };
        var (content, size) = Build(blobs, extents);
        Assert.Equal(depth, content.ListDepth);
        Assert.InRange(content.Extents.Count, 0, 8);
        var back = new List<Extent>();
        await foreach (var extent in new ContentReader(blobs).ReadExtentsAsync(content, size, Token))
            back.Add(extent);
        Assert.Equal(extents, back);
        Assert.Equal(blobs.Blobs.Count, blobs.Reads.Count);

        var named = new HashSet<(BlobKind, Cairn.Engine.Primitives.BlobId)>();
        await foreach (var batch in new ContentReader(blobs).ReadBlobsAsync(content, size, Token))
            named.UnionWith(batch.Select(b => (b.Kind, b.Id)));
        var expected = blobs.Blobs.Keys
            .Concat(extents.Where(e => !e.IsHole).Select(e => (BlobKind.Chunk, e.Blob!.Value)));
        Assert.Equal(expected.ToHashSet(), named);
    }

    [Fact]
    public void A_change_in_a_large_file_rewrites_few_lists()
    {
        var trees = new RandomTrees(new SeededRandom(41));
        var extents = trees.Extents(50_000);
        var blobs = new MemoryBlobs();
        Build(blobs, extents);
        var before = blobs.Blobs.Count;
        Assert.InRange(before, 40, 300);
        Build(blobs, [.. extents[..20_000], .. trees.Extents(3), .. extents[20_001..]]);
        Assert.InRange(blobs.Blobs.Count - before, 1, 5);
    }

    [Fact]
    public void Holes_alone_are_cut_too()
    {
        var blobs = new MemoryBlobs();
        var (content, size) = Build(blobs, [.. Enumerable.Range(1, 5000).Select(i => new Extent(i, null))]);
        Assert.Equal(3, content.Extents.Count);
        Assert.Equal(5000L * 5001 / 2, size);
    }

    [Fact]
    public async Task A_size_that_is_not_that_of_the_extents_is_refused()
    {
        var blobs = new MemoryBlobs();
        var (content, size) = Build(blobs, new RandomTrees(new SeededRandom(42)).Extents(100));
        await AssertRefused(blobs, content, size + 1, FailureKind.Content);
    }

    [Fact]
    public async Task A_list_that_covers_another_length_is_refused()
    {
        var blobs = new MemoryBlobs();
        var (content, size) = Build(blobs, new RandomTrees(new SeededRandom(43)).Extents(100));
        var bent = new FileContent([content.Extents[0] with { Length = size + 1 }], content.ListDepth);
        await AssertRefused(blobs, bent, size + 1, FailureKind.Content);
    }

    [Fact]
    public async Task A_list_of_another_level_is_refused()
    {
        var blobs = new MemoryBlobs();
        var (content, size) = Build(blobs, new RandomTrees(new SeededRandom(44)).Extents(100));
        await AssertRefused(blobs, content with { ListDepth = 2 }, size, FailureKind.Framing);
        var tooDeep = content with { ListDepth = ManifestLimits.ListDepth + 1 };
        await AssertRefused(blobs, tooDeep, size, FailureKind.Content);
    }

    static async Task AssertRefused(MemoryBlobs blobs, FileContent content, long size, FailureKind kind)
    {
        var violation = await Assert.ThrowsAsync<FormatViolationException>(async () =>
        {
            await foreach (var _ in new ContentReader(blobs).ReadExtentsAsync(content, size, Token)) { }
        });
        Assert.Equal(kind, violation.Kind);
    }

    static (FileContent Content, long Size) Build(MemoryBlobs blobs, IReadOnlyList<Extent> extents)
    {
        var builder = new ExtentListBuilder(blobs);
        foreach (var extent in extents)
            builder.Add(extent);
        var size = builder.Length;
        return (builder.Finish(), size);
    }
}
