using Cairn.Engine.Manifests;
using Cairn.Testing;

namespace Cairn.Tests.Manifests;

public class ManifestDiffTests
{
    [Theory]
    [InlineData(61, 4000)]
    [InlineData(62, 4000)]
    [InlineData(63, 30)]
    [InlineData(64, 0)]
    public async Task Differences_are_those_a_comparison_of_all_entries_finds(int seed, int size)
    {
        var random = new SeededRandom((ulong)seed);
        var trees = new RandomTrees(random);
        var before = trees.Tree(size);
        var names = before.Select(p => Convert.ToHexString(p.Path)).ToHashSet();
        var after = RandomTrees.Sorted(before
            .Where(_ => random.NextInt(50) > 0)
            .Select(p => random.NextInt(50) > 0
                ? p : p with { Entry = trees.Entry(p.Entry.Name.ToArray(), p.Entry.Kind) })
            .Concat(trees.Tree(size / 10).Where(p => p.Class == 0 && !names.Contains(Convert.ToHexString(p.Path)))));
        await AssertFinds(before, after);
        await AssertFinds(after, before);
        await AssertFinds(before, []);
        await AssertFinds([], after);
    }

    [Fact]
    public async Task Only_pieces_that_differ_are_read()
    {
        var tree = BuiltManifest.Regular(100_000).ToList();
        var blobs = new MemoryBlobs();
        var before = BuiltManifest.Build(blobs, tree);
        tree[50_000].Entry.Mode ^= 1;
        tree.RemoveAt(70_000);
        var after = BuiltManifest.Build(blobs, tree);
        var found = await Collect(blobs, before, after);
        Assert.Equal(2, found.Count);
        Assert.InRange(blobs.Reads.Count, 4, 16);
        blobs.Reads.Clear();
        Assert.Empty(await Collect(blobs, after, after));
        Assert.Empty(blobs.Reads);
    }

    static async Task AssertFinds(List<Placed> before, List<Placed> after)
    {
        var blobs = new MemoryBlobs { IsAsynchronous = true };
        var found = await Collect(blobs, BuiltManifest.Build(blobs, before), BuiltManifest.Build(blobs, after));
        var old = before.ToDictionary(Key, p => Same.Text(p.Entry));
        var @new = after.ToDictionary(Key, p => Same.Text(p.Entry));
        var expected = old.Keys.Union(@new.Keys)
            .Select(key => (key, Before: old.GetValueOrDefault(key), After: @new.GetValueOrDefault(key)))
            .Where(x => x.Before != x.After);
        var seen = found.Select(d => (
            Key(new Placed(d.Class, d.Directory.ToArray(), (d.Before ?? d.After)!)),
            d.Before is null ? null : Same.Text(d.Before), d.After is null ? null : Same.Text(d.After)));
        Assert.Equal(expected.ToHashSet(), seen.ToHashSet());
        Assert.Equal(expected.Count(), found.Count);
    }

    static string Key(Placed p) =>
        $"{p.Class}|{Convert.ToHexString(p.Directory)}|{Convert.ToHexString(p.Entry.Name.Span)}";

    static async Task<List<ManifestDifference>> Collect(MemoryBlobs blobs, ManifestRoot before, ManifestRoot after)
    {
        var all = new List<ManifestDifference>();
        var differences = new ManifestDiff(blobs).ReadAsync(
            before.Id, before.Level, after.Id, after.Level, TestContext.Current.CancellationToken);
        await foreach (var difference in differences)
            all.Add(difference);
        return all;
    }
}
