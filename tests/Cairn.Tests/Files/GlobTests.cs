using System.Text;
using Cairn.Files.Selecting;

namespace Cairn.Tests.Files;

public class GlobTests
{
    [Theory]
    [InlineData("*.o", "/a/b.o", true)]
    [InlineData("*.o", "/a.o/b", false)]
    [InlineData("cache", "/home/cache", true)]
    [InlineData("cache", "/home/caches", false)]
    [InlineData("?.c", "/x.c", true)]
    [InlineData("?.c", "/xy.c", false)]
    [InlineData("[a-c]x", "/bx", true)]
    [InlineData("[!a-c]x", "/bx", false)]
    [InlineData("[^a-c]x", "/dx", true)]
    [InlineData("[]]x", "/]x", true)]
    [InlineData("[a-]", "/-", true)]
    [InlineData("/a/*", "/a/b", true)]
    [InlineData("/a/*", "/a/b/c", false)]
    [InlineData("/a/**", "/a/b/c", true)]
    [InlineData("/a/**", "/a", false)]
    [InlineData("/a/**/c", "/a/c", false)]
    [InlineData("/a/**/c", "/a/b/b/c", true)]
    [InlineData("/a/**/c", "/a/bc", false)]
    [InlineData("b/c", "/a/b/c", true)]
    [InlineData("b/c", "/a/xb/c", false)]
    [InlineData("b/c", "/b/c", true)]
    [InlineData("b/*/d", "/a/b/c/d", true)]
    [InlineData("b/**", "/a/b/c/d", true)]
    [InlineData("**/d", "/a/b/c/d", true)]
    [InlineData("a*b*c", "/aXbXbc", true)]
    [InlineData("a*b*c", "/aXbXbcd", false)]
    [InlineData("/**/x*y/**z", "/p/q/xay/xby/1/z", true)]
    [InlineData("a\\x2d*", "/a\\x2db", true)]
    [InlineData("[*]", "/*", true)]
    [InlineData("[*]", "/a", false)]
    [InlineData("?", "/ä", true)]
    [InlineData("*?", "/ä", true)]
    [InlineData("??", "/ä", false)]
    [InlineData("*[!ä]", "/ä", false)]
    [InlineData("[ä-ö]", "/é", true)]
    [InlineData("a[!x]b", "/a/b", true)]
    [InlineData("ignorecase:*.JPG", "/x.jPg", true)]
    [InlineData("IgnoreCase:/Ärger", "/äRGER", true)]
    [InlineData("ignorecase:[a-c]", "/B", true)]
    [InlineData("/", "/a/b", true)]
    public void Patterns_match_as_documented(string pattern, string path, bool expected) =>
        Assert.Equal(expected, new Glob(Bytes(pattern)).Matches(Bytes(path), isDirectory: false));

    [Fact]
    public void A_slash_at_the_end_means_directories()
    {
        Assert.True(new Glob("build/"u8).Matches("/a/build"u8, isDirectory: true));
        Assert.False(new Glob("build/"u8).Matches("/a/build"u8, isDirectory: false));
    }

    [Theory]
    [InlineData(""), InlineData("[a"), InlineData("[]"), InlineData("a//b"), InlineData("//"), InlineData("[z-a]")]
    [InlineData("[a/b]"), InlineData("ignorecase:")]
    public void Broken_patterns_are_refused(string pattern) =>
        Assert.Throws<ArgumentException>(() => new Glob(Bytes(pattern)));

    [Fact]
    public void Many_stars_do_not_take_for_ever()
    {
        var pattern = new Glob(Bytes(string.Concat(Enumerable.Repeat("**a*a", 30)) + "b"));
        Assert.False(pattern.Matches(Bytes("/" + new string('a', 4000)), isDirectory: false));
    }

    /// <summary>Compares with a plain recursive matcher, which tries everything.</summary>
    [Theory]
    [InlineData(11), InlineData(12), InlineData(13)]
    public void Random_patterns_match_like_the_definition(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 20_000; i++)
        {
            string[] parts = ["a", "b", "/", "*", "**", "?"];
            var pattern = "/" + string.Concat(random.GetItems(parts, random.Next(1, 7)));
            var path = "/" + string.Concat(random.GetItems<string>(["a", "b", "/"], random.Next(1, 9)));
            if (pattern.Contains("***", StringComparison.Ordinal) || pattern.EndsWith('/')
                || pattern.Contains("//", StringComparison.Ordinal))
                continue;
            var expected = Define(pattern, path);
            var actual = new Glob(Bytes(pattern)).Matches(Bytes(path), isDirectory: false);
            Assert.True(expected == actual, $"seed {seed}: {pattern} and {path}: {actual}, expected {expected}");
        }
    }

    /// <summary>Names take a shorter way: their end first, then the name alone.</summary>
    [Theory]
    [InlineData(21), InlineData(22), InlineData(23)]
    public void Random_patterns_for_names_match_like_the_definition(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 20_000; i++)
        {
            var pattern = string.Concat(random.GetItems<string>(["a", "b", "*", "?", "ä"], random.Next(1, 5)));
            var path = "/" + string.Concat(random.GetItems<string>(["a", "b", "/", "ä"], random.Next(1, 9)));
            if (pattern.StartsWith("**", StringComparison.Ordinal))
                continue;
            var glob = new Glob(Bytes(pattern));
            var expected = Define($"**/{pattern}", path);
            var actual = glob.Matches(Bytes(path), isDirectory: false);
            Assert.True(expected == actual, $"seed {seed}: {pattern} and {path}: {actual}, expected {expected}");
            if (glob.IsForNames)
                Assert.Equal(expected, glob.Matches(Bytes(path[(path.LastIndexOf('/') + 1)..]), isDirectory: false));
        }
    }

    [Fact]
    public void A_star_does_not_end_inside_of_a_character()
    {
        Assert.False(new Glob([(byte)'*', 0xA4]).Matches(Bytes("/ä"), isDirectory: false));
        Assert.True(new Glob([(byte)'*', 0xC3, 0xA4]).Matches(Bytes("/xä"), isDirectory: false));
    }

    static bool Define(string pattern, string path)
    {
        if (pattern.Length == 0)
            return path.Length == 0;
        var cuts = Enumerable.Range(0, path.Length + 1);
        if (pattern.StartsWith("**", StringComparison.Ordinal))
            return cuts.Any(i => Define(pattern[2..], path[i..]));
        if (pattern[0] == '*')
            return cuts.Where(i => !path[..i].Contains('/')).Any(i => Define(pattern[1..], path[i..]));
        return path.Length > 0 && (pattern[0] == '?' ? path[0] != '/' : pattern[0] == path[0])
            && Define(pattern[1..], path[1..]);
    }

    static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
