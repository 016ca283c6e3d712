using System.Text;
using Cairn.Engine.Entries;
using Cairn.Files.Selecting;

namespace Cairn.Tests.Files;

public class WalkOrderTests
{
    [Fact]
    public void Children_stand_together_and_directories_follow_depth_first()
    {
        using var temporary = new TemporaryDirectory();
        temporary.AddFile("a/b/x");
        temporary.AddFile("a-file");
        temporary.AddFile("c/y");
        var walked = Walked.Walk(temporary.Bytes);
        Assert.Equal(["a", "a-file", "c", "a/b", "a/b/x", "c/y"], walked.Below(temporary.Path));
        Assert.Empty(walked.Problems);
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5), InlineData(6)]
    public void Random_trees_come_in_the_order_of_the_manifest_and_whole(int seed)
    {
        using var temporary = new TemporaryDirectory();
        var random = new Random(seed);
        var expected = new HashSet<string>();
        Grow(temporary, "", random, depth: 0, expected);
        var walked = Walked.Walk(temporary.Bytes);
        var prefix = temporary.Path[1..];
        var actual = walked.All.Where(item => item.Directory.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        for (var i = 1; i < walked.All.Count; i++)
        {
            var order = Compare(walked.All[i - 1].Directory, walked.All[i].Directory);
            if (order == 0)
                order = string.CompareOrdinal(walked.All[i - 1].Name, walked.All[i].Name);
            Assert.True(order < 0, $"seed {seed}: {walked.All[i - 1]} stands before {walked.All[i]}");
        }
        var paths = actual.Select(item => Walked.Join(item.Directory, item.Name)[(prefix.Length + 1)..]).ToHashSet();
        Assert.True(paths.SetEquals(expected), $"seed {seed}: {paths.Count} walked, {expected.Count} made");
    }

    [Fact]
    public void Names_are_bytes_and_sorted_unsigned()
    {
        using var temporary = new TemporaryDirectory();
        byte[][] names = [[0xff, 0xfe], "a\nb"u8.ToArray(), [0x80], [1], [0xc3, 0x28], "\\"u8.ToArray(),
            Encoding.UTF8.GetBytes("12345678"), Encoding.UTF8.GetBytes("123456789"), Encoding.UTF8.GetBytes("1234567"),
            Enumerable.Repeat((byte)0xe4, 255).ToArray()];
        foreach (var name in names)
            temporary.AddFileWithRawName(name, name);
        var walked = Walked.Walk([temporary.Bytes], selection: null, read: true);
        var expected = names.Select(name => Encoding.Latin1.GetString(name)).Order(StringComparer.Ordinal);
        Assert.Equal(expected, walked.Below(temporary.Path));
        Assert.All(walked.Contents, pair => Assert.EndsWith(Encoding.Latin1.GetString(pair.Value), pair.Key));
        Assert.Equal(names.Length, walked.Contents.Count);
    }

    [Fact]
    public void Nested_repeated_and_untidy_sources_are_merged()
    {
        using var temporary = new TemporaryDirectory();
        temporary.AddFile("a/b/x");
        temporary.AddFile("a/c");
        temporary.AddFile("d/e");
        temporary.AddFile("d/f");
        var walked = Walked.Walk(
            temporary.BytesAt("a/b"), temporary.BytesAt("a"), temporary.BytesAt("a/"), temporary.BytesAt("./a//b/../b"),
            temporary.BytesAt("d/e"));
        Assert.Equal(["a", "d", "a/b", "a/c", "a/b/x", "d/e"], walked.Below(temporary.Path));
        Assert.Equal(EntryMarks.Ancestor, walked.Get(temporary.At("d")).Marks);
        Assert.Equal(EntryMarks.None, walked.Get(temporary.At("a")).Marks);
        Assert.Equal(EntryMarks.Ancestor, walked.Get(temporary.Path).Marks);
    }

    [Fact]
    public void Ancestors_have_their_real_metadata()
    {
        using var temporary = new TemporaryDirectory();
        temporary.AddFile("up/down/file");
        temporary.Run("chmod", "500", "up");
        temporary.Run("touch", "-d", "2001-02-03T04:05:06.789Z", "up");
        var entry = Walked.Walk(temporary.BytesAt("up/down")).Get(temporary.At("up"));
        Assert.Equal(EntryMarks.Ancestor, entry.Marks);
        Assert.Equal(0x140, entry.Mode);
        Assert.Equal(new FileTime(981173106, 789_000_000), entry.Modified);
    }

    [Fact]
    public void A_link_named_as_source_is_followed_under_its_name_and_others_are_not()
    {
        using var temporary = new TemporaryDirectory();
        temporary.AddFile("real/inside/file", "seen");
        Directory.CreateSymbolicLink(temporary.At("link"), temporary.At("real"));
        Directory.CreateSymbolicLink(temporary.At("real/other"), "inside");
        File.CreateSymbolicLink(temporary.At("to-file"), "real/inside/file");
        var walked = Walked.Walk(
            [temporary.BytesAt("link"), temporary.BytesAt("to-file")], selection: null, read: true);
        Assert.Equal(
            ["link", "to-file", "link/inside", "link/other", "link/inside/file"], walked.Below(temporary.Path));
        Assert.Equal(EntryKind.Directory, walked.Get(temporary.At("link")).Kind);
        Assert.Equal(EntryKind.Symlink, walked.Get(temporary.At("link/other")).Kind);
        Assert.Equal("inside", Walked.Text(walked.Get(temporary.At("link/other")).LinkTarget));
        Assert.Equal("seen"u8.ToArray(), walked.Contents[temporary.At("to-file")[1..]]);
    }

    [Fact]
    public void A_source_behind_a_link_brings_nothing_else_from_there()
    {
        using var temporary = new TemporaryDirectory();
        temporary.AddFile("elsewhere/wanted/file");
        temporary.AddFile("elsewhere/unwanted");
        temporary.AddDirectory("tree");
        Directory.CreateSymbolicLink(temporary.At("tree/link"), temporary.At("elsewhere"));
        var walked = Walked.Walk(temporary.BytesAt("tree"), temporary.BytesAt("tree/link/wanted"));
        Assert.Equal(["tree", "tree/link", "tree/link/wanted", "tree/link/wanted/file"], walked.Below(temporary.Path));
        Assert.Equal(EntryMarks.Ancestor, walked.Get(temporary.At("tree/link")).Marks);
    }

    [Fact]
    public void Exclusions_spare_what_was_named()
    {
        using var temporary = new TemporaryDirectory();
        temporary.AddFile("a/skip/named/file");
        temporary.AddFile("a/skip/other");
        temporary.AddFile("a/keep.o");
        temporary.AddFile("a/keep.c");
        var selection = TestRules.Of(["- skip", "- *.o", "- named"], temporary.At("a"), temporary.At("a/skip/named"));
        var walked = Walked.Walk([temporary.BytesAt("a"), temporary.BytesAt("a/skip/named")], selection);
        Assert.Equal(
            ["a", "a/keep.c", "a/skip", "a/skip/named", "a/skip/named/file"], walked.Below(temporary.Path));
        Assert.Equal(EntryMarks.Ancestor, walked.Get(temporary.At("a/skip")).Marks);
    }

    static void Grow(TemporaryDirectory temporary, string at, Random random, int depth, HashSet<string> made)
    {
        const string letters = "ab-.!~AZ";
        for (var i = random.Next(depth == 0 ? 8 : 6); i-- > 0;)
        {
            var name = "n" + string.Concat(random.GetItems(letters.AsSpan(), random.Next(1, 12)).Select(c => c));
            var path = Walked.Join(at, name);
            if (!made.Add(path))
                continue;
            if (depth >= 5 || random.Next(2) == 0)
                temporary.AddFile(path, name);
            else
            {
                temporary.AddDirectory(path);
                Grow(temporary, path, random, depth + 1, made);
            }
        }
    }

    static int Compare(string x, string y)
    {
        var (a, b) = (x.Split('/'), y.Split('/'));
        for (var i = 0; i < Math.Min(a.Length, b.Length); i++)
        {
            var order = string.CompareOrdinal(a[i], b[i]);
            if (order != 0)
                return order;
        }
        return x.Length == 0 || y.Length == 0 ? x.Length.CompareTo(y.Length) : a.Length.CompareTo(b.Length);
    }
}
