using System.Text;
using Cairn.Engine.Entries;
using Cairn.Files.Selecting;

namespace Cairn.Tests.Files;

public class SelectionRulesTests
{
    const EntryKind Folder = EntryKind.Directory;

    [Fact]
    public void The_first_rule_that_matches_decides_and_what_none_matches_is_included()
    {
        var rules = TestRules.Of(["+ /s/a/keep", "- /s/a", "- *.o"], "/s");
        Assert.Equal(Verdict.Include, rules.Decide("/s/a/keep"));
        Assert.Equal(Verdict.Include, rules.Decide("/s/a/keep/deep.o"));
        Assert.Equal(Verdict.Exclude, rules.Decide("/s/a/other"));
        Assert.Equal(Verdict.Exclude, rules.Decide("/s/x.o"));
        Assert.Equal(Verdict.Include, rules.Decide("/s/x.c"));
    }

    [Fact]
    public void An_excluded_directory_is_scanned_if_something_beneath_may_be_included()
    {
        var rules = TestRules.Of(["+ /s/a/b/c", "+ /s/**/x", "- /s/e", "- **"], "/s");
        Assert.Equal(Verdict.Scan, rules.Decide("/s/a", Folder));
        Assert.Equal(Verdict.Exclude, rules.Decide("/s/a"));
        Assert.Equal(Verdict.Include, rules.Decide("/s/a/b/c", Folder));
        var narrow = TestRules.Of(["+ /s/a/b/c", "- **"], "/s");
        Assert.Equal(Verdict.Exclude, narrow.Decide("/s/z", Folder));
        Assert.Equal(Verdict.Exclude, narrow.Decide("/s/a/z", Folder));
    }

    [Fact]
    public void A_rule_of_the_configuration_spares_what_was_named()
    {
        var rules = new SelectionRules(
            [new GlobRule("/mnt"u8, includes: false) { Text = "- /mnt", IsForTheseSources = false }],
            ["/mnt/disk"u8.ToArray()]);
        Assert.Equal(Verdict.Include, rules.Decide("/mnt/disk/file"));
        var names = TestRules.Of(["- build"], "/home/build/x");
        Assert.Equal(Verdict.Include, names.Decide("/home/build/x/file"));
        Assert.Equal(Verdict.Exclude, names.Decide("/home/build/x/build", Folder));
    }

    [Theory]
    [InlineData("- **|- *.o", "The rule - *.o is never reached: - ** before it decides everything.")]
    [InlineData("- *.o|+ a|- *.o", "The rule - *.o is never reached: - *.o before it decides the same.")]
    [InlineData("- *.o|+ *.c", "The rule + *.c is redundant: what no rule after it excludes is included anyway.")]
    [InlineData("- /t/a|- *.o", "The rule - /t/a can match nothing in /s.")]
    [InlineData("- /s|- *.o", "The rule - /s leaves out all of /s.")]
    [InlineData("- *.o|- /", "The rule - / leaves out all of /s.")]
    public void Rules_without_effect_are_named(string patterns, string message) =>
        Assert.Equal(
            message, Assert.Throws<ArgumentException>(() => TestRules.Of(patterns.Split('|'), "/s")).Message);

    [Fact]
    public void Only_rules_for_these_sources_must_have_an_effect()
    {
        var rules = new SelectionRules(
            [
                TestRules.Rule("+ *.c"), TestRules.Rule("- **"),
                new GlobRule("/elsewhere"u8, includes: false) { Text = "- /elsewhere", IsForTheseSources = false },
            ],
            ["/s"u8.ToArray()]);
        Assert.Equal(Verdict.Exclude, rules.Decide("/s/x"));
    }

    [Fact]
    public void Directories_with_nothing_to_record_are_left_out_of_the_walk()
    {
        using var temporary = new TemporaryDirectory();
        temporary.AddFile("s/a/b/keep.py");
        temporary.AddFile("s/a/c/other");
        temporary.AddFile("s/d/e/f/other");
        temporary.AddFile("s/z.py");
        var walked = Walked.Walk(
            [temporary.BytesAt("s")], TestRules.Of(["+ **.py", "- **"], temporary.At("s")));
        Assert.Equal(["s", "s/a", "s/z.py", "s/a/b", "s/a/b/keep.py"], walked.Below(temporary.Path));
        Assert.Empty(walked.Problems);
    }

    [Fact]
    public void Properties_decide()
    {
        using var temporary = new TemporaryDirectory();
        temporary.AddFile("s/marked/.nobackup");
        temporary.AddFile("s/cache/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n# by a test");
        temporary.AddFile("s/fake/CACHEDIR.TAG", "Signature: none");
        temporary.AddFile("s/large", new string('x', 1025));
        temporary.AddFile("s/small", new string('x', 1024));
        temporary.AddFile("s/old");
        File.SetLastWriteTimeUtc(temporary.At("s/old"), DateTime.UnixEpoch.AddDays(1));
        var rules = new SelectionRules(
            [
                new MarkerRule(".nobackup"u8) { Text = "marker" }, new CacheRule { Text = "caches" },
                new LargerRule(1024) { Text = "larger" },
                new OlderRule(new FileTime(90_000, 0)) { Text = "older" }, new DeviceRule { Text = "devices" },
            ],
            [temporary.BytesAt("s")]);
        var walked = Walked.Walk([temporary.BytesAt("s")], rules);
        Assert.Equal(["s", "s/fake", "s/small", "s/fake/CACHEDIR.TAG"], walked.Below(temporary.Path));
        Assert.Equal(Verdict.Exclude, rules.Decide("/s/tty", EntryKind.CharacterDevice));
    }

    [Fact]
    public void Regular_expressions_see_bytes_and_cannot_take_for_ever()
    {
        var rule = new RegexpRule("^(a+)+$|/caf\u00e9$|\udcff", includes: false) { Text = "regexp" };
        var rules = new SelectionRules([rule], []);
        Assert.Equal(Verdict.Exclude, rules.Decide("/x/caf\u00e9"));
        Assert.Equal(Verdict.Exclude, rules.Decide([(byte)'/', 0xff], EntryKind.File, TestRules.NoCandidate));
        Assert.Equal(Verdict.Include, rules.Decide("/" + new string('a', 5000) + "b"));
        Assert.Throws<ArgumentException>(() => new RegexpRule("(?=a)", includes: true) { Text = "" });
        Assert.Throws<ArgumentException>(() => new RegexpRule("(a", includes: true) { Text = "" });
    }

    [Fact]
    public void A_list_is_all_that_is_meant()
    {
        using var temporary = new TemporaryDirectory();
        temporary.AddFile("s/a/listed");
        temporary.AddFile("s/a/other");
        temporary.AddFile("s/b/inside");
        temporary.AddFile("s/c/unwanted.o");
        var selection = new ListedSelection(
            [temporary.BytesAt("s/a/listed"), temporary.BytesAt("s/b"), temporary.BytesAt("s/c/unwanted.o")],
            TestRules.Of(["- *.o"], temporary.At("s")));
        var walked = Walked.Walk([temporary.BytesAt("s")], selection);
        Assert.Equal(["s", "s/a", "s/b", "s/c", "s/a/listed"], walked.Below(temporary.Path));
    }
}
