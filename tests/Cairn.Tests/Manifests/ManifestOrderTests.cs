using Cairn.Engine.Formats.Manifests;
using Cairn.Testing;

namespace Cairn.Tests.Manifests;

public class ManifestOrderTests
{
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Paths_are_ordered_component_by_component(int seed)
    {
        var random = new SeededRandom((ulong)seed);
        var trees = new RandomTrees(random);
        var paths = Enumerable.Range(0, 400).Select(_ => Path(random, trees)).ToList();
        foreach (var a in paths)
        {
            foreach (var b in paths)
            {
                var expected = Math.Sign(Naive(a, b));
                Assert.True(expected == Math.Sign(ManifestOrder.ComparePaths(a, b)),
                    $"seed {seed}: {Convert.ToHexString(a)} and {Convert.ToHexString(b)}");
            }
        }
    }

    [Fact]
    public void A_subtree_stands_together()
    {
        string[] paths = ["", "a", "a/b", "a/b/c", "a\u0001", "a.b", "a0", "b"];
        var sorted = paths.Select(p => System.Text.Encoding.Latin1.GetBytes(p)).ToArray();
        Array.Sort(sorted, (x, y) => ManifestOrder.ComparePaths(x, y));
        Assert.Equal(paths, sorted.Select(p => System.Text.Encoding.Latin1.GetString(p)));
    }

    [Theory]
    [InlineData("", "", true)]
    [InlineData("a", "", true)]
    [InlineData("a", "a", true)]
    [InlineData("a/b", "a", true)]
    [InlineData("a.b", "a", false)]
    [InlineData("a", "a/b", false)]
    public void A_directory_is_above_what_lies_in_it(string path, string directory, bool expected) =>
        Assert.Equal(expected, ManifestOrder.IsAtOrBelow(
            System.Text.Encoding.ASCII.GetBytes(path), System.Text.Encoding.ASCII.GetBytes(directory)));

    static byte[] Path(SeededRandom random, RandomTrees trees)
    {
        var path = new List<byte>();
        for (var i = random.NextInt(4); i > 0; i--)
            path.AddRange([.. path.Count > 0 ? "/"u8 : default, .. trees.Name()]);
        return [.. path];
    }

    static int Naive(byte[] a, byte[] b)
    {
        var left = Components(a);
        var right = Components(b);
        for (var i = 0; i < Math.Min(left.Count, right.Count); i++)
        {
            var order = left[i].AsSpan().SequenceCompareTo(right[i]);
            if (order != 0)
                return order;
        }
        return left.Count.CompareTo(right.Count);
    }

    static List<byte[]> Components(byte[] path) =>
        path.Length == 0 ? [] : [.. Convert.ToHexString(path).Chunk(2).Select(c => new string(c))
            .Aggregate(new List<List<byte>> { new() }, (all, hex) =>
            {
                if (hex == "2F")
                    all.Add([]);
                else
                    all[^1].Add(Convert.ToByte(hex, 16));
                return all;
            }).Select(c => c.ToArray())];
}
