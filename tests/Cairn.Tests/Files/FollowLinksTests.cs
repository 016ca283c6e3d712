using Cairn.Engine.Entries;
using Cairn.Files.Selecting;
using Cairn.Files.Walking;

namespace Cairn.Tests.Files;

public sealed class FollowLinksTests : IDisposable
{
    readonly TemporaryDirectory _temporary = new();

    [Fact]
    public void Links_are_what_they_lead_to()
    {
        _temporary.Run("sh", "-c", """
            mkdir src elsewhere elsewhere/in; echo far > elsewhere/f; echo deep > elsewhere/in/g; chmod 640 elsewhere/f
            ln -s ../elsewhere src/dir; ln -s ../elsewhere/f src/file; ln -s file src/chain; mkfifo elsewhere/p
            ln -s ../elsewhere/p src/pipe; setfattr -n user.a -v x elsewhere/f
            """);
        var walked = Walk();
        Assert.Equal("", walked.ProblemTexts());
        Assert.Equal(
            ["chain", "dir", "file", "pipe", "dir/f", "dir/in", "dir/p", "dir/in/g"],
            walked.Below(_temporary.At("src")));
        Assert.Equal("far\n"u8.ToArray(), walked.Contents[Inner("src/chain")]);
        Assert.Equal("deep\n"u8.ToArray(), walked.Contents[Inner("src/dir/in/g")]);
        var file = walked.Get(_temporary.At("src/file"));
        Assert.Equal((EntryKind.File, 0x1A0, 4L), (file.Kind, file.Mode, file.Size));
        Assert.True(file.LinkTarget.IsEmpty);
        Assert.Equal("user.a", Walked.Text(Assert.Single(file.Attributes).Name));
        Assert.Equal(EntryKind.Fifo, walked.Get(_temporary.At("src/pipe")).Kind);
    }

    [Fact]
    public void What_would_never_end_or_leads_nowhere_stays_a_link_and_is_told_once()
    {
        _temporary.Run("sh", "-c", """
            mkdir -p src/a/b other; ln -s .. src/a/loop; ln -s ../../../src src/a/b/up; ln -s / src/root
            ln -s gone src/dangling; ln -s self src/self; ln -s src/a x; ln -s ../other src/out; ln -s ../src other/back
            touch src/a/f
            """);
        var walked = Walk();
        foreach (var link in (string[])["a/loop", "a/b/up", "root", "dangling", "self", "out/back"])
            Assert.Equal(EntryKind.Symlink, walked.Get(_temporary.At("src/" + link)).Kind);
        Assert.Equal(
            ["a/b/up: is a link to a directory above itself: kept as a link",
                "a/loop: is a link to a directory above itself: kept as a link",
                "dangling: is a link that leads nowhere: kept as a link",
                "out/back: is a link to a directory above itself: kept as a link",
                "root: is a link to a directory above itself: kept as a link",
                "self: is a link that leads nowhere: kept as a link"],
            walked.Problems.Select(problem => $"{Walked.Text(problem.Path)[(_temporary.At("src").Length + 1)..]}: "
                + problem.Message).Order(StringComparer.Ordinal));
        Assert.All(walked.Problems, problem => Assert.False(problem.IsError));
    }

    [Fact]
    public void Two_links_that_lead_into_each_other_end()
    {
        _temporary.Run("sh", "-c",
            "mkdir -p src/a src/b; ln -s ../b src/a/b; ln -s ../a src/b/a; touch src/a/1 src/b/2");
        var walked = Walk();
        Assert.Equal(
            ["a", "b", "a/1", "a/b", "a/b/2", "a/b/a", "b/2", "b/a", "b/a/1", "b/a/b"],
            walked.Below(_temporary.At("src"))
                .OrderBy(path => path.Split('/').Length == 1 ? 0 : 1).ThenBy(path => path, StringComparer.Ordinal));
        Assert.Equal(2, walked.Problems.Count);
    }

    [Fact]
    public void A_source_that_is_a_link_is_followed_with_what_is_in_it()
    {
        _temporary.Run("sh", "-c", "mkdir real far; echo 1 > far/f; ln -s ../far real/l; ln -s real src");
        var walked = Walk();
        Assert.Equal(["l", "l/f"], walked.Below(_temporary.At("src")));
        Assert.Equal("", walked.ProblemTexts());
    }

    [Fact]
    public void Rules_see_what_a_link_leads_to()
    {
        _temporary.Run("sh", "-c", """
            mkdir -p src/sub far/build far/keep; echo 1 > far/keep/f.c; echo 2 > far/build/x; echo 3 > far/big
            ln -s ../far src/l; ln -s ../../far src/sub/m; truncate -s 5000 far/big; touch src/top
            """);
        var root = _temporary.At("src");
        var rules = TestRules.Of(["+ **.c", "- **"], root);
        Assert.Equal(
            ["l", "sub", "l/keep", "l/keep/f.c", "sub/m", "sub/m/keep", "sub/m/keep/f.c"],
            Walk(rules).Below(root));
        Assert.Equal(
            ["l", "sub", "top", "l/big", "l/keep", "l/keep/f.c", "sub/m", "sub/m/big", "sub/m/keep", "sub/m/keep/f.c"],
            Walk(TestRules.Of(["- build/"], root)).Below(root));
        var larger = new SelectionRules([new LargerRule(4000) { Text = "x" }], [_temporary.BytesAt("src")]);
        Assert.DoesNotContain("l/big", Walk(larger).Below(root));
    }

    [Fact]
    public void A_link_does_not_lead_into_folders_that_are_closed()
    {
        _temporary.Run("sh", "-c", "mkdir -p src far/own/x; touch far/f far/own/secret; ln -s ../far src/l;"
            + " ln -s ../far/own src/direct");
        var walked = Walked.Walk(new FileTreeOptions
        {
            Sources = [_temporary.BytesAt("src")], FollowsLinks = true,
            NeverFollowedInto = [_temporary.BytesAt("far/own")],
        });
        Assert.Equal(["l", "l/f"], walked.Below(_temporary.At("src")));
        Assert.Equal(2, walked.Problems.Count);
    }

    [Fact]
    public void Links_in_a_tree_too_deep_to_be_kept_open_are_left_the_way_they_came()
    {
        _temporary.Run("sh", "-c", "mkdir -p src far; ln -s ../far src/l; touch src/z; cd far;"
            + " i=0; while [ $i -lt 90 ]; do mkdir d; touch f; cd d; i=$((i+1)); done");
        var walked = Walk();
        Assert.Equal("", walked.ProblemTexts());
        Assert.Equal(90, walked.All.Count(item => item.Name == "f"));
        Assert.Equal(91, walked.Below(_temporary.At("src")).Count(path => path.EndsWith("d") || path == "l"));
    }

    public void Dispose() => _temporary.Dispose();

    string Inner(string path) => _temporary.At(path).TrimStart('/');

    Walked Walk(ISelection? selection = null) => Walked.Walk(
        new FileTreeOptions
        {
            Sources = [_temporary.BytesAt("src")], Selection = selection, FollowsLinks = true,
        },
        read: true);
}
