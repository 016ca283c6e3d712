using System.Text;
using Cairn.Engine.Entries;
using Cairn.Engine.Manifests;
using Cairn.Engine.Operations;
using Cairn.Engine.Operations.Diff;
using Cairn.Engine.Operations.Listing;
using Cairn.Engine.Operations.Statistics;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Testing.Repositories;
using Cairn.Testing.State;
using Cairn.Testing.Trees;
using Cairn.Tests.Operations.Backup;

namespace Cairn.Tests.Operations;

public sealed class DiffOperationTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData("d3")]
    public async Task The_difference_is_that_of_the_two_listings(string path)
    {
        await using var test = await TestRepository.CreateAsync();
        var snapshots = await History.WriteAsync(test, snapshots: 2, files: 1500, editsEach: 60);
        using var repository = await test.OpenForReadingAsync();
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), Cancellation);

        var before = await ListAsync(session, snapshots[0], path);
        var after = await ListAsync(session, snapshots[1], path);
        var expected = before.Keys.Union(after.Keys).Order(StringComparer.Ordinal)
            .Where(name => before.GetValueOrDefault(name, -1) != after.GetValueOrDefault(name, -1));
        var found = await DiffAsync(session, snapshots[0], snapshots[1], path);

        Assert.Equal(expected, found.Select(entry => Text(entry.Path)).Order(StringComparer.Ordinal));
        Assert.All(found, entry =>
        {
            Assert.Equal(before.GetValueOrDefault(Text(entry.Path), -1), entry.Before?.Size ?? -1);
            Assert.Equal(after.GetValueOrDefault(Text(entry.Path), -1), entry.After?.Size ?? -1);
        });
    }

    [Fact]
    public async Task Each_change_is_told_for_what_it_is()
    {
        await using var world = await BackupWorld.CreateAsync();
        foreach (var name in new[] { "content", "mode", "gone", "kind", "same" })
            world.Source.File(name, world.Random.Bytes(500));
        world.Source.Symlink("link", "here");
        world.Wait();
        var first = await world.BackupAsync();
        world.Source.File("content", world.Random.Bytes(500));
        world.Source.ChangeMode("mode", 0x1C0);
        world.Source.Remove("gone");
        world.Source.Remove("kind");
        world.Source.Symlink("kind", "same");
        world.Source.Remove("link");
        world.Source.Symlink("link", "there");
        world.Source.File("new", world.Random.Bytes(500));
        world.Wait();
        var second = await world.BackupAsync();
        using var repository = await world.Test.OpenForReadingAsync();
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), Cancellation);
        var before = await SnapshotCatalog.ReadAsync(repository, first.Snapshot!.Value, Cancellation);
        var after = await SnapshotCatalog.ReadAsync(repository, second.Snapshot!.Value, Cancellation);

        var found = (await DiffAsync(session, before, after, "")).ToDictionary(entry => Text(entry.Path));

        Assert.Equal(["content", "gone", "kind", "link", "mode", "new"], found.Keys.Order(StringComparer.Ordinal));
        Assert.True(found["content"].Changes.HasFlag(EntryChanges.Content));
        Assert.Equal(EntryChanges.Metadata, found["mode"].Changes);
        Assert.Null(found["gone"].After);
        Assert.True(found["kind"].Changes.HasFlag(EntryChanges.Kind));
        Assert.True(found["link"].Changes.HasFlag(EntryChanges.Content));
        Assert.Null(found["new"].Before);
        // Two files of 500 bytes came, and nothing else.
        var added = await StatisticsOperation.CompareAsync(session, before, after, Cancellation);
        Assert.Equal(1000, added.DataBytes);
        Assert.Empty(await DiffAsync(session, after, after, ""));
        await Assert.ThrowsAsync<PathNotFoundException>(() => DiffAsync(session, before, after, "nowhere"));
    }

    [Fact]
    public async Task What_is_the_same_is_not_read()
    {
        await using var test = await TestRepository.CreateAsync();
        var snapshots = await History.WriteAsync(test, snapshots: 2, files: 3000, editsEach: 1);
        using var repository = await test.OpenForReadingAsync();
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), Cancellation);
        await DiffAsync(session, snapshots[0], snapshots[1], "");
        var cost = session.Blobs.BytesFetched;
        await ListAsync(session, snapshots[1], "");

        Assert.InRange(cost, 1, session.Blobs.BytesFetched - cost);
    }

    [Fact]
    public async Task What_snapshots_add_adds_up_to_what_all_of_them_need()
    {
        await using var world = await BackupWorld.CreateAsync();
        var chunks = new HashSet<string>();
        for (var i = 0; i < 4; i++)
        {
            var content = world.Random.Bytes(300);
            world.Source.File($"file{i}", content);
            // The same content again costs nothing.
            world.Source.File($"copy{i}", content);
            chunks.Add(Convert.ToHexString(content));
            world.Wait();
            await world.BackupAsync();
        }
        using var repository = await world.Test.OpenForReadingAsync();
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), Cancellation);
        var snapshots = (await SnapshotCatalog.ListAsync(repository, Cancellation)).Snapshots;

        var usage = await StatisticsOperation.RunAsync(
            session, snapshots, prices: null, new WorkMonitor("x"), Cancellation);

        Assert.Equal([300, 300, 300, 300], usage.Snapshots.Select(item => item.Added.DataBytes));
        Assert.Equal(
            (await world.Test.ObjectsAsync()).Where(item => item.Key.StartsWith("packs/"))
                .Sum(item => item.Value.Length),
            usage.PackBytes);
        Assert.Equal(0, usage.UnknownPacks);
        Assert.Empty(usage.Problems);
        // Without the first, its content is what the second adds: it still needs it.
        var later = await StatisticsOperation.RunAsync(
            session, [.. snapshots.Skip(1)], prices: null, new WorkMonitor("x"), Cancellation);
        Assert.Equal([600, 300, 300], later.Snapshots.Select(item => item.Added.DataBytes));
    }

    static async Task<List<DiffEntry>> DiffAsync(
        ReadSession session, SnapshotInfo before, SnapshotInfo after, string path)
    {
        var found = new List<DiffEntry>();
        await foreach (var entry in DiffOperation.RunAsync(
            session, before, after, Encoding.Latin1.GetBytes(path), new WorkMonitor("x"), Cancellation))
            found.Add(entry);
        return found;
    }

    static async Task<Dictionary<string, long>> ListAsync(ReadSession session, SnapshotInfo snapshot, string path)
    {
        var sizes = new Dictionary<string, long>();
        var options = new ListOptions { Path = Encoding.Latin1.GetBytes(path), IsRecursive = true };
        await foreach (var listed in ListOperation.RunAsync(session, snapshot, options, Cancellation))
            sizes.Add(Text(listed.Path), listed.Entry.Size);
        return sizes;
    }

    static string Text(ReadOnlyMemory<byte> path) => Encoding.Latin1.GetString(path.Span);
}
