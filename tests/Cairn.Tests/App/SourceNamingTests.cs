using Cairn.Tests.Files;
using System.Text;
using Cairn.App;
using Cairn.App.Backup;
using Cairn.Engine.Entries;
using Cairn.Files.Selecting;
using Cairn.Testing;

namespace Cairn.Tests.App;

public class SourceNamingTests
{
    static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    [Fact]
    public void Roots_are_absolute_sorted_and_each_once()
    {
        var roots = SourceNaming.NormalRoots([Bytes("b/../c"), Bytes("/a//b/."), Bytes("./c/"), Bytes("/")],
            Bytes("/w/x"));

        Assert.Equal(["/", "/a/b", "/w/x/c"], roots.Select(root => Encoding.UTF8.GetString(root.Span)));
        Assert.Equal("h:/,/a/b,/w/x/c", SourceNaming.Default("h", roots, stream: null));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("..")]
    public void A_stream_has_a_name_without_a_slash(string name) =>
        Assert.Throws<UsageException>(() => SourceNaming.RequireStreamName(name));

    [Fact]
    public void A_repository_inside_the_source_is_left_out_also_behind_a_link()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory($"{folder.Path}/real/repository");
        Directory.CreateSymbolicLink($"{folder.Path}/link", $"{folder.Path}/real");

        var found = OwnFolders.FindInside(
            [Bytes($"{folder.Path}/link")], [("it", Encoding.UTF8.GetBytes($"{folder.Path}/real/repository"))]);
        var selection = new OwnFolderSelection([.. found.Select(own => own.Path)], new SelectionRules([], []));

        Assert.Equal($"{folder.Path}/link/repository", Encoding.UTF8.GetString(Assert.Single(found).Path));
        Assert.Equal(Verdict.Exclude, selection.Decide(found[0].Path, EntryKind.Directory, TestRules.NoCandidate));
        Assert.Equal(
            Verdict.Include,
            selection.Decide(Bytes($"{folder.Path}/link/other").Span, EntryKind.Directory, TestRules.NoCandidate));
    }

    [Fact]
    public void A_source_inside_the_repository_is_refused()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory($"{folder.Path}/repository/packs");

        Assert.Throws<UsageException>(() => OwnFolders.FindInside(
            [Bytes($"{folder.Path}/repository/packs")], [("it", Encoding.UTF8.GetBytes($"{folder.Path}/repository"))]));
    }
}
