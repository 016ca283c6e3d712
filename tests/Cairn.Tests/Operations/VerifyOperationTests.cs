using System.Text;
using Cairn.Engine.Entries;
using Cairn.Engine.Operations;
using Cairn.Engine.Operations.Restore;
using Cairn.Engine.Operations.Verify;
using Cairn.Engine.Formats;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Sources;
using Cairn.Testing.State;
using Cairn.Tests.Operations.Backup;

namespace Cairn.Tests.Operations;

public sealed class VerifyOperationTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task What_was_backed_up_does_not_differ_and_what_was_edited_since_does(ulong seed)
    {
        await using var world = await BackupWorld.CreateAsync(seed);
        var tree = new RandomTree(world.Source, world.Random);
        tree.Grow(120);
        world.Wait();
        var snapshot = (await world.BackupAsync()).Snapshot!.Value;
        Assert.Empty((await VerifyAsync(world, snapshot)).Differences);

        var before = world.Capture();
        world.Wait();
        tree.Edit(25);
        var after = world.Capture();
        var expected = before.Keys.Union(after.Keys)
            .Where(path => !before.TryGetValue(path, out var old) || !after.TryGetValue(path, out var @new)
                || old.Mode != @new.Mode || old.Modified != @new.Modified || old.Kind != @new.Kind
                || !(old.Content ?? []).AsSpan().SequenceEqual(@new.Content ?? []))
            .Order(StringComparer.Ordinal);
        var (differences, result) = await VerifyAsync(world, snapshot);

        Assert.Equal(expected, differences.Select(item => Text(item.Path)).Order(StringComparer.Ordinal));
        Assert.Equal(differences.Count, result.Differences);
        foreach (var difference in differences)
        {
            var path = Text(difference.Path);
            Assert.Equal(!before.ContainsKey(path), difference.Changes == VerifyChanges.Added);
            Assert.Equal(!after.ContainsKey(path), difference.Changes == VerifyChanges.Missing);
            if (before.TryGetValue(path, out var old) && after.TryGetValue(path, out var @new))
                Assert.Equal(
                    !(old.Content ?? []).AsSpan().SequenceEqual(@new.Content ?? []),
                    difference.Changes.HasFlag(VerifyChanges.Content));
        }
    }

    [Fact]
    public async Task One_flipped_bit_is_found_though_size_and_time_are_the_same_and_quick_trusts_them()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles();
        var snapshot = (await world.BackupAsync()).Snapshot!.Value;
        var node = world.Source.Nodes["dir1/file4"];
        var time = node.Modified;
        var content = node.Content.ToArray();
        content[^1] ^= 1;
        world.Wait();
        world.Source.File("dir1/file4", content).Modified = time;

        var (differences, _) = await VerifyAsync(world, snapshot);
        var (quick, result) = await VerifyAsync(world, snapshot, new VerifyOptions { IsQuick = true });

        var difference = Assert.Single(differences);
        Assert.Equal("dir1/file4", Text(difference.Path));
        Assert.Equal(VerifyChanges.Content, difference.Changes);
        Assert.Empty(quick);
        Assert.Equal(0, result.BytesRead);
    }

    [Fact]
    public async Task Holes_and_large_files_are_compared_without_fetching_contents()
    {
        await using var world = await BackupWorld.CreateAsync();
        var content = world.Random.Bytes(2_000_000);
        content.AsSpan(500_000, 800_000).Clear();
        world.Source.File("sparse", content).IsSparse = true;
        world.Source.File("large", world.Random.Bytes(3_000_000));
        world.Wait();
        var snapshot = (await world.BackupAsync()).Snapshot!.Value;
        var (differences, result) = await VerifyAsync(world, snapshot);
        Assert.Empty(differences);
        Assert.Equal(5_000_000, result.BytesRead);

        var time = world.Source.Nodes["sparse"].Modified;
        var changed = content.ToArray();
        changed[900_000] = 1;
        world.Source.File("sparse", changed).Modified = time;
        (differences, _) = await VerifyAsync(world, snapshot);
        Assert.Equal("sparse", Text(Assert.Single(differences).Path));
    }

    [Fact]
    public async Task Only_what_a_selection_includes_is_compared_and_counted()
    {
        await using var world = await BackupWorld.CreateAsync();
        foreach (var name in new[] { "dir/in1", "dir/in2", "dir/out1", "gone/in3", "gone/out2" })
            world.Source.File(name, world.Random.Bytes(1000));
        world.Wait();
        var snapshot = (await world.BackupAsync()).Snapshot!.Value;
        world.Wait();
        foreach (var name in new[] { "dir/in1", "dir/out1", "dir/in4", "dir/out3" })
            world.Source.File(name, world.Random.Bytes(1000));
        world.Source.Remove("gone");

        var (differences, result) = await VerifyAsync(
            world, snapshot, new VerifyOptions { Selection = new NamesWith("/in") });

        Assert.Equal(
            ["dir/in1", "dir/in4", "gone/in3"],
            differences.Select(item => Text(item.Path)).Where(path => path != "dir").Order(StringComparer.Ordinal));
        Assert.Equal(3, result.Files);
        Assert.Equal(2000, result.BytesRead);
    }

    sealed class NamesWith(string text) : IRestoreSelection
    {
        public RestoreVerdict Decide(ReadOnlySpan<byte> path, EntryKind kind) =>
            kind != EntryKind.Directory && Text(path.ToArray()).Contains(text, StringComparison.Ordinal)
                ? RestoreVerdict.Include
                : RestoreVerdict.Pass;
    }

    [Fact]
    public async Task A_part_is_compared_with_a_copy_elsewhere()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.Source.File("home/me/a", world.Random.Bytes(1000));
        world.Source.File("home/me/sub/b", world.Random.Bytes(1000));
        world.Source.File("home/you/c", world.Random.Bytes(1000));
        world.Wait();
        var snapshot = (await world.BackupAsync()).Snapshot!.Value;
        // Restored elsewhere, but for one file.
        foreach (var name in new[] { "a", "sub" })
        {
            var original = world.Source.Nodes[$"home/me/{name}"];
            if (original.Kind == EntryKind.File)
                world.Source.File($"out/{name}", original.Content).Modified = original.Modified;
            else
                world.Source.Directory($"out/{name}").Modified = original.Modified;
        }
        var options = new VerifyOptions
        {
            Path = "home/me"u8.ToArray(), DiskPath = "out"u8.ToArray(), IncludesTop = false,
        };
        var (differences, result) = await VerifyAsync(world, snapshot, options);

        var difference = Assert.Single(differences);
        Assert.Equal(("home/me/sub/b", VerifyChanges.Missing), (Text(difference.Path), difference.Changes));
        Assert.Equal(2, result.Files);
    }

    [Fact]
    public async Task What_cannot_be_read_is_told_and_neither_the_same_nor_a_difference_INV_6()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.Source.File("a", world.Random.Bytes(1000));
        world.Source.File("b", world.Random.Bytes(1000));
        world.Wait();
        var snapshot = (await world.BackupAsync()).Snapshot!.Value;
        world.Source.Nodes["a"].OnOpen = _ => throw new SourceReadException("permission denied", vanished: false);
        world.Source.Nodes["b"].OnOpen = _ => throw new SourceReadException("gone", vanished: true);

        var (differences, result) = await VerifyAsync(world, snapshot);

        Assert.Equal(1, result.Unread);
        Assert.Equal(("b", VerifyChanges.Missing), (Text(differences.Single().Path), differences.Single().Changes));
    }

    [Fact]
    public async Task Attributes_are_compared_also_large_ones_and_only_those_that_can_be_seen()
    {
        await using var world = await BackupWorld.CreateAsync();
        var large = world.Random.Bytes(9000);
        var node = world.Source.File("f", [1, 2, 3]);
        node.Attributes = [Attribute("trusted.x", [1]), Attribute("user.a", [2]), Attribute("user.large", large)];
        world.Wait();
        var snapshot = (await world.BackupAsync()).Snapshot!.Value;
        Assert.Empty((await VerifyAsync(world, snapshot)).Differences);

        node.Attributes = [Attribute("user.a", [2]), Attribute("user.large", large)];
        await AssertAttributesDifferAsync();
        Assert.Empty((await VerifyAsync(world, snapshot, new() { SeesAllAttributes = false })).Differences);
        node.Attributes = [Attribute("trusted.x", [1]), Attribute("user.a", [3]), Attribute("user.large", large)];
        await AssertAttributesDifferAsync();
        node.Attributes = [Attribute("trusted.x", [1]), Attribute("user.a", [2]), Attribute("user.large", large[1..])];
        await AssertAttributesDifferAsync();
        node.Attributes = [];
        await AssertAttributesDifferAsync();

        async Task AssertAttributesDifferAsync()
        {
            var (differences, _) = await VerifyAsync(world, snapshot);
            Assert.Equal(VerifyChanges.Attributes, Assert.Single(differences).Changes);
        }
    }

    static ExtendedAttribute Attribute(string name, byte[] value) => new(Encoding.ASCII.GetBytes(name), value);

    internal static async Task<(List<VerifyDifference> Differences, VerifyResult Result)> VerifyAsync(
        BackupWorld world, SnapshotName name, VerifyOptions? options = null)
    {
        using var repository = await world.Test.OpenForReadingAsync();
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), Cancellation);
        var snapshot = await SnapshotCatalog.ReadAsync(repository, name, Cancellation);
        var operation = new VerifyOperation(
            session, snapshot, world.Source, (options ?? new VerifyOptions()) with { Workers = 2 },
            new WorkMonitor("x"));
        var differences = new List<VerifyDifference>();
        var result = await operation.RunAsync(differences.Add, Cancellation);
        Assert.Equal(0, world.Source.OpenHandles);
        return (differences, result);
    }

    static string Text(ReadOnlyMemory<byte> path) => Encoding.Latin1.GetString(path.Span);
}
