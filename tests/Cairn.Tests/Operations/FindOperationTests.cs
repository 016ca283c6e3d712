using System.Text;
using Cairn.Engine.Entries;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Manifests;
using Cairn.Engine.Operations;
using Cairn.Engine.Operations.Find;
using Cairn.Engine.Operations.Listing;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Testing;
using Cairn.Testing.Repositories;
using Cairn.Testing.State;
using Cairn.Testing.Trees;

namespace Cairn.Tests.Operations;

public sealed class FindOperationTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Searching_snapshots_at_once_finds_what_listing_each_of_them_shows(ulong seed)
    {
        await using var test = await TestRepository.CreateAsync(seed);
        var snapshots = await History.WriteAsync(test, snapshots: 6, files: 1200, editsEach: 15);
        using var repository = await test.OpenForReadingAsync();
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), Cancellation);
        var options = new FindOptions { Matches = (_, _, in record) => record.Name.Contains((byte)'7') };

        var expected = new SortedDictionary<string, List<(long Size, string Snapshots)>>(StringComparer.Ordinal);
        for (var i = 0; i < snapshots.Count; i++)
        {
            await foreach (var listed in ListOperation.RunAsync(
                session, snapshots[i], new ListOptions { IsRecursive = true }, Cancellation))
            {
                if (!listed.Entry.Name.Span.Contains((byte)'7'))
                    continue;
                var versions = expected.TryGetValue(Text(listed.Path), out var known)
                    ? known
                    : expected[Text(listed.Path)] = [];
                var version = versions.FindIndex(item => item.Size == listed.Entry.Size);
                if (version < 0)
                    versions.Add((listed.Entry.Size, $"{i}"));
                else
                    versions[version] = (versions[version].Size, $"{versions[version].Snapshots} {i}");
            }
        }
        var found = new SortedDictionary<string, List<(long Size, string Snapshots)>>(StringComparer.Ordinal);
        foreach (var path in await FindAsync(session, snapshots, options))
        {
            // Each path comes once.
            found.Add(Text(path.Path), [.. path.Versions.Select(version => (
                version.Entry.Size,
                string.Join(' ', version.Snapshots.Select(snapshot => snapshots.IndexOf(snapshot)))))]);
        }

        Assert.Equal(expected.Keys, found.Keys);
        Assert.True(expected.Count > 100);
        Assert.Contains(expected.Values, versions => versions.Count > 1);
        foreach (var (path, versions) in expected)
            Assert.Equal(versions, found[path]);
    }

    [Fact]
    public async Task Paths_come_in_the_order_of_manifests()
    {
        await using var test = await TestRepository.CreateAsync();
        var snapshots = await History.WriteAsync(test, snapshots: 3, files: 800, editsEach: 10);
        using var repository = await test.OpenForReadingAsync();
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), Cancellation);

        var found = await FindAsync(session, snapshots, new FindOptions { Matches = (_, _, in _) => true });
        var keys = found.Select(path => (Split: ManifestPath.Split(path.Path), path.IsStream))
            .Select(item => new ManifestKey(item.IsStream ? (byte)1 : (byte)0, item.Split.Directory, item.Split.Name))
            .ToList();
        for (var i = 1; i < keys.Count; i++)
            Assert.True(keys[i - 1].CompareTo(keys[i]) < 0);
    }

    [Fact]
    public async Task Pieces_that_snapshots_share_are_read_once()
    {
        await using var test = await TestRepository.CreateAsync();
        var snapshots = await History.WriteAsync(test, snapshots: 12, files: 3000, editsEach: 1);
        using var repository = await test.OpenForReadingAsync();
        var options = new FindOptions { Matches = (_, _, in _) => false };

        async Task<long> CostAsync(List<SnapshotInfo> some)
        {
            using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), Cancellation);
            await FindAsync(session, some, options);
            return session.Blobs.BytesFetched;
        }
        var one = await CostAsync(snapshots[..1]);
        var all = await CostAsync(snapshots);

        // Each further one costs the piece that changed, and those above it: not the other pieces.
        Assert.InRange(all, one, one * 6);
    }

    [Fact]
    public async Task Pieces_outside_of_the_range_are_not_read()
    {
        await using var test = await TestRepository.CreateAsync();
        var snapshots = await History.WriteAsync(test, snapshots: 1, files: 3000, editsEach: 0);
        using var repository = await test.OpenForReadingAsync();
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), Cancellation);
        var options = new FindOptions
        {
            Matches = (_, _, in _) => true, Range = ManifestRange.Children(0, Encoding.Latin1.GetBytes("d3")),
        };
        var found = await FindAsync(session, snapshots, options);
        var part = session.Blobs.BytesFetched;
        await FindAsync(session, snapshots, options with { Range = ManifestRange.Everything });

        Assert.NotEmpty(found);
        Assert.All(found, path => Assert.StartsWith("d3/", Text(path.Path), StringComparison.Ordinal));
        Assert.InRange(part, 1, session.Blobs.BytesFetched / 2);
    }

    [Fact]
    public async Task A_stream_and_a_file_of_one_name_are_two_paths()
    {
        await using var test = await TestRepository.CreateAsync();
        using var host = await test.OpenAsHostAsync();
        var tree = new TestTree().File("dump", test.Random.Bytes(10)).Stream("dump", test.Random.Bytes(20));
        var snapshot = await new TestSnapshotWriter(test, host).WriteAsync(tree);
        using var repository = await test.OpenForReadingAsync();
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), Cancellation);

        var found = await FindAsync(session, [snapshot], new FindOptions { Matches = (_, _, in _) => true });

        Assert.Equal([(false, "dump"), (true, "dump")], found.Select(path => (path.IsStream, Text(path.Path))));
    }

    static async Task<List<FoundPath>> FindAsync(
        ReadSession session, List<SnapshotInfo> snapshots, FindOptions options)
    {
        var found = new List<FoundPath>();
        await foreach (var path in FindOperation.RunAsync(
            session, snapshots, options, new WorkMonitor("x"), Cancellation))
            found.Add(path);
        return found;
    }

    static string Text(ReadOnlyMemory<byte> path) => Encoding.Latin1.GetString(path.Span);
}
