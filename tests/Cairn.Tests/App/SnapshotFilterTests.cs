using System.Text;
using Cairn.App.Access;
using Cairn.App.Reading;
using Cairn.App.Snapshots;
using Cairn.Engine.Entries;
using Cairn.Engine.Formats.Manifests;

namespace Cairn.Tests.App;

public class SnapshotFilterTests
{
    static readonly Cairn.Engine.Snapshots.SnapshotInfo[] Some =
    [
        SnapshotReferenceTests.Make("aaaa1", day: 1, "here"),
        SnapshotReferenceTests.Make("bbbb1", day: 2, "there") with { Tags = [] },
        SnapshotReferenceTests.Make("aaaa2", day: 3, "here"),
        SnapshotReferenceTests.Make("cccc1", day: 4, "here") with { Source = "photos", Roots = [] },
    ];

    public static TheoryData<SnapshotFilter, string> Filters => new()
    {
        { new SnapshotFilter(), "aaaa1 bbbb1 aaaa2 cccc1" },
        { new SnapshotFilter { Host = "here" }, "aaaa1 aaaa2 cccc1" },
        { new SnapshotFilter { Source = "here:/etc" }, "aaaa1 aaaa2" },
        { new SnapshotFilter { Source = "/etc" }, "aaaa1 bbbb1 aaaa2" },
        { new SnapshotFilter { Source = "photos" }, "cccc1" },
        { new SnapshotFilter { Tags = ["daily"] }, "aaaa1 aaaa2 cccc1" },
        { new SnapshotFilter { Tags = ["daily", "weekly"] }, "" },
        { new SnapshotFilter { Latest = 1 }, "bbbb1 aaaa2 cccc1" },
        { new SnapshotFilter { Since = Day(2), Until = Day(3) }, "bbbb1 aaaa2" },
        { new SnapshotFilter { Host = "here", Latest = 1, Until = Day(3) }, "aaaa2" },
    };

    [Theory]
    [MemberData(nameof(Filters))]
    public void Everything_that_is_set_must_hold(SnapshotFilter filter, string expected) => Assert.Equal(
        expected, string.Join(' ', filter.Select(Some).Select(snapshot => snapshot.Id[..5])));

    [Theory]
    [InlineData("*.txt", "", "a.txt", true)]
    [InlineData("*.txt", "home/me", "a.txt", true)]
    [InlineData("/home/*/a.txt", "home/me", "a.txt", true)]
    [InlineData("/home/*/a.txt", "home/me/sub", "a.txt", false)]
    [InlineData("/home/**/a.txt", "home/me/sub", "a.txt", true)]
    [InlineData("me/a.txt", "home/me", "a.txt", true)]
    [InlineData("/home/me/a.txt", "home/me", "a.txt", true)]
    [InlineData("/a.txt", "", "a.txt", true)]
    [InlineData("/a.txt", "home", "a.txt", false)]
    [InlineData("a.txt/", "", "a.txt", false)]
    public void A_pattern_matches_and_its_range_holds_what_it_matches(
        string pattern, string directory, string name, bool expected)
    {
        var query = new FindQuery(new FindRequest
        {
            Access = new AccessOptions(), Patterns = [Encoding.UTF8.GetBytes(pattern)],
        });
        var record = new EntryRecord { Kind = EntryKind.File, Name = Encoding.UTF8.GetBytes(name) };
        var path = Encoding.UTF8.GetBytes(directory);
        var matches = query.Matches(ManifestLimits.FileClass, path, record)
            && query.Range.Contains(ManifestLimits.FileClass, path, record.Name);
        Assert.Equal(expected, matches);
    }

    [Fact]
    public void Sizes_times_and_kinds_are_compared_inclusively()
    {
        var time = DateTimeOffset.FromUnixTimeSeconds(1000);
        bool Matches(FindRequest request, EntryKind kind, long size, long seconds) => new FindQuery(request).Matches(
            ManifestLimits.FileClass, default,
            new EntryRecord { Kind = kind, Name = "x"u8, Size = size, Modified = new FileTime(seconds, 0) });
        var all = new FindRequest { Access = new AccessOptions(), Patterns = [] };

        Assert.True(Matches(all with { SizeMin = 5, SizeMax = 5 }, EntryKind.File, 5, 0));
        Assert.False(Matches(all with { SizeMin = 6 }, EntryKind.File, 5, 0));
        Assert.False(Matches(all with { SizeMax = 6 }, EntryKind.Directory, 0, 0));
        Assert.True(Matches(all with { NewerThan = time, OlderThan = time }, EntryKind.File, 0, 1000));
        Assert.False(Matches(all with { NewerThan = time }, EntryKind.File, 0, 999));
        Assert.False(Matches(all with { OlderThan = time }, EntryKind.File, 0, 1001));
        Assert.True(Matches(all with { Kinds = [EntryKind.Fifo, EntryKind.File] }, EntryKind.File, 0, 0));
        Assert.False(Matches(all with { Kinds = [EntryKind.Fifo] }, EntryKind.File, 0, 0));
    }

    static DateTimeOffset Day(int day) => new(2026, 1, day, 12, 0, 0, TimeSpan.Zero);
}
