using System.Text;
using Cairn.App;
using Cairn.App.Snapshots;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Snapshots;

namespace Cairn.Tests.App;

public class SnapshotReferenceTests
{
    static readonly FixedTime Time = new(new DateTimeOffset(2026, 6, 15, 12, 0, 0, TimeSpan.Zero), TimeSpan.Zero);

    [Theory]
    [InlineData("latest", "")]
    [InlineData("latest:", "")]
    [InlineData("latest:/", "")]
    [InlineData("latest:/etc/hosts", "etc/hosts")]
    [InlineData("latest:etc//./hosts/", "etc/hosts")]
    [InlineData("latest:/a:b", "a:b")]
    [InlineData("latest:database", "database")]
    [InlineData("@3D:/etc", "etc")]
    [InlineData("@2026-01-31T07:00:05", "")]
    [InlineData("@2026-01-31T07:00:05:database", "database")]
    [InlineData("@2026-01-31T07:00:/a:b", "a:b")]
    public void The_path_stands_behind_the_first_colon_that_is_not_the_times(string text, string path) =>
        Assert.Equal(path, Encoding.UTF8.GetString(SnapshotReference.Parse(text, Time).Path.Span));

    [Theory]
    [InlineData("abc")]
    [InlineData("")]
    [InlineData("xyzw")]
    [InlineData("Latest")]
    [InlineData("@")]
    [InlineData("@noon")]
    [InlineData("latest:/a/../b")]
    public void Anything_else_is_a_usage_error(string text) =>
        Assert.Throws<UsageException>(() => SnapshotReference.Parse(text, Time));

    static readonly SnapshotInfo[] Three =
        [Make("aaaa1", day: 1, "here"), Make("aaaa2", day: 2, "here"), Make("bbbb1", day: 3, "there")];

    static Task<SnapshotInfo> FindAsync(string text, string host = "here", Func<SnapshotInfo, bool>? hasPath = null) =>
        SnapshotFinder.FindAsync(
            Three, SnapshotReference.Parse(text, Time), host, snapshot =>
                Task.FromResult(hasPath?.Invoke(snapshot) ?? true));

    [Theory]
    [InlineData("latest", "here", "aaaa2")]
    [InlineData("latest", "there", "bbbb1")]
    [InlineData("aaaa1", "there", "aaaa1")]
    [InlineData("BBBB", "here", "bbbb1")]
    [InlineData("@2026-01-02", "here", "aaaa1")]
    [InlineData("@now", "here", "aaaa2")]
    public async Task A_snapshot_is_found(string text, string host, string expected) =>
        Assert.StartsWith(expected, (await FindAsync(text, host)).Id, StringComparison.Ordinal);

    [Fact]
    public async Task Latest_with_a_path_is_the_newest_that_has_it() =>
        Assert.StartsWith(
            "aaaa1", (await FindAsync("latest:/x", hasPath: snapshot => snapshot.Id.StartsWith("aaaa1"))).Id,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("aaaa", "here", "begins the ids of 2")]
    [InlineData("cccc", "here", "there is no snapshot")]
    [InlineData("latest", "elsewhere", "the host elsewhere has no snapshots")]
    [InlineData("@2025-01-01", "here", "no snapshot of the host here is as old")]
    public async Task What_names_none_or_several_is_said(string text, string host, string expected)
    {
        var error = await Assert.ThrowsAsync<SnapshotNotFoundException>(() => FindAsync(text, host));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    internal static SnapshotInfo Make(string idStart, int day, string host)
    {
        var time = new DateTimeOffset(2026, 1, day, 12, 0, 0, TimeSpan.Zero);
        var hash = new ObjectHash(Convert.FromHexString(idStart.PadRight(64, '0')));
        return new SnapshotInfo
        {
            Name = new SnapshotName(default, default, default, hash), Time = time, Finished = time, HostName = host,
            UserName = "me", Source = $"{host}:/etc", Roots = ["/etc"u8.ToArray()], Tags = ["daily"],
            Manifest = default,
            ManifestLevel = 0, Statistics = new SnapshotStatistics { Files = 3, Bytes = 1500, BytesStored = 700 },
            Problems = [], ProblemCount = 0, Program = "cairn test", Parent = null,
        };
    }
}
