using System.Text;
using Cairn.Engine.Entries;
using Cairn.Engine.Operations.Restore;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Sources;
using Cairn.Testing;
using Cairn.Testing.Repositories;
using Cairn.Testing.State;
using Cairn.Testing.Stores;
using Cairn.Testing.Trees;

namespace Cairn.Tests.Operations;

public sealed class RestoreOperationTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(3, true)]
    [InlineData(64, true)]
    public async Task A_snapshot_restores_byte_for_byte_INV_1(int blobsPerPack, bool makesHoles)
    {
        await using var test = await TestRepository.CreateAsync();
        var tree = SampleTrees.Small(test.Random);
        var snapshot = await WriteAsync(test, tree, blobsPerPack, makesHoles);
        var (result, target) = await RestoreHarness.RestoreAsync(test, snapshot);
        RestoreHarness.AssertWhole(tree, target);
        Assert.Empty(result.Failures);
        Assert.Equal(tree.Nodes.Count(node => node.Content is not null), result.Files);
    }

    [Fact]
    public async Task A_directory_restores_its_contents_right_into_the_target()
    {
        await using var test = await TestRepository.CreateAsync();
        var tree = SampleTrees.Small(test.Random);
        var snapshot = await WriteAsync(test, tree);
        var (_, target) = await RestoreHarness.RestoreAsync(test, snapshot, "docs");
        RestoreHarness.AssertWhole(tree, target, below: "docs/");
    }

    [Fact]
    public async Task What_cannot_be_written_costs_itself_and_is_no_damage_INV_6()
    {
        await using var test = await TestRepository.CreateAsync();
        var snapshot = await WriteAsync(test, SampleTrees.Small(test.Random));
        // A file, which cannot be looked at either, and the target itself.
        using var target = new FaultyTarget(
            new MemoryTarget(),
            call => call.Path is "one" or "" ? new RestoreWriteException($"{call.Path}: no") : null);
        using var repository = await test.OpenForReadingAsync();
        using var session = await ReadSession.OpenAsync(
            repository, new MemoryStateFolder(), TestContext.Current.CancellationToken);
        var options = new RestoreOptions { Path = "links"u8.ToArray(), Workers = 2, FinishesTarget = true };
        var result = await RestoreOperation.RunAsync(
            session, snapshot, target, options, new RestoreMonitor(), TestContext.Current.CancellationToken);
        var failed = result.Failures.Select(failure => Encoding.Latin1.GetString(failure.Path.Span));
        Assert.Equal(["one", "."], failed);
        Assert.All(result.Failures, failure => Assert.False(failure.IsDamage));
    }

    [Theory]
    [InlineData("docs/a/large.bin", "large.bin")]
    [InlineData("readme.txt", "readme.txt")]
    [InlineData("dump.sql", "dump.sql")]
    public async Task A_single_file_or_stream_restores_under_its_name(string path, string name)
    {
        await using var test = await TestRepository.CreateAsync();
        var tree = SampleTrees.Small(test.Random);
        var snapshot = await WriteAsync(test, tree);
        var (_, target) = await RestoreHarness.RestoreAsync(test, snapshot, path);
        var node = Assert.Single(target.Nodes);
        Assert.Equal(name, node.Key);
        Assert.Equal(tree.Nodes.Single(n => n.Path == path).Content, node.Value.Content);
    }

    [Fact]
    public async Task A_path_that_is_not_there_is_told()
    {
        await using var test = await TestRepository.CreateAsync();
        var snapshot = await WriteAsync(test, SampleTrees.Small(test.Random));
        var e = await Assert.ThrowsAsync<PathNotFoundException>(
            () => RestoreHarness.RestoreAsync(test, snapshot, "docs/none"));
        Assert.Contains("docs/none", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hard_links_come_back_as_links_also_when_only_some_names_are_asked_for()
    {
        await using var test = await TestRepository.CreateAsync();
        var content = test.Random.Bytes(9000);
        var tree = new TestTree().File("a/one", content, 5).File("b/two", content, 5).File("b/three", content, 5);
        var snapshot = await WriteAsync(test, tree);
        var (_, whole) = await RestoreHarness.RestoreAsync(test, snapshot);
        RestoreHarness.AssertWhole(tree, whole);
        Assert.Equal(
            ["b/three", "b/two"], whole.Nodes.Where(node => node.Value.LinkedTo == "a/one").Select(n => n.Key));
        var (_, part) = await RestoreHarness.RestoreAsync(test, snapshot, "b");
        RestoreHarness.AssertWhole(tree, part, below: "b/");
        Assert.Equal("three", part.Nodes["two"].LinkedTo);
    }

    [Fact]
    public async Task Each_pack_is_fetched_once_and_a_blob_of_many_files_is_decoded_once()
    {
        await using var test = await TestRepository.CreateAsync();
        var shared = test.Random.Bytes(4000);
        var tree = new TestTree();
        for (var i = 0; i < 50; i++)
            tree.File($"f{i:00}", shared).File($"g{i:00}", test.Random.Bytes(100));
        var snapshot = await WriteAsync(test, tree, blobsPerPack: 20);
        var store = new FaultyStore(test.Store, StoreFaults.None);
        var (result, target) = await RestoreHarness.RestoreAsync(test, snapshot, store: store);
        RestoreHarness.AssertWhole(tree, target);
        Assert.Equal(3, result.PacksRead);
        var reads = store.Calls.Where(
            call => call.Member == StoreMember.Get && call.Name.StartsWith("packs/")).ToList();
        Assert.All(reads, call => Assert.Equal(1, call.Repeat));
    }

    [Theory]
    [InlineData(1, 1, 1, 1)]
    [InlineData(2, 3, 5, 1)]
    [InlineData(3, 100, 4, 100)]
    public async Task A_tree_larger_than_a_batch_restores_in_several(
        int firstFiles, int files, int items, int largeFiles)
    {
        await using var test = await TestRepository.CreateAsync();
        var content = test.Random.Bytes(30_000);
        var tree = SampleTrees.Small(test.Random)
            .File("docs/z", content, 5).File("hard/a", content, 5).File("zz/late", content, 5);
        var snapshot = await WriteAsync(test, tree, blobsPerPack: 3, makesHoles: true);
        var limits = new RestoreLimits(firstFiles, files, items, largeFiles);
        var (result, target) = await RestoreHarness.RestoreAsync(test, snapshot, limits: limits);
        Assert.Empty(result.Failures);
        RestoreHarness.AssertWhole(tree, target);
        Assert.InRange(target.OpenFilesPeak, 1, largeFiles);
        // One that several batches read counts once.
        var atOnce = await RestoreHarness.RestoreAsync(test, snapshot);
        Assert.Equal(atOnce.Result.PacksRead, result.PacksRead);
        Assert.Equal("docs/z", target.Nodes["zz/late"].LinkedTo);
    }

    [Fact]
    public async Task A_cut_restore_skips_what_is_there()
    {
        await using var test = await TestRepository.CreateAsync();
        var tree = SampleTrees.Small(test.Random);
        var snapshot = await WriteAsync(test, tree);
        var there = new MemoryTarget { AlreadyThere = { "docs/a/large.bin", "pipe" } };
        var (result, target) = await RestoreHarness.RestoreAsync(test, snapshot, target: there);
        Assert.Equal(1, result.FilesAlreadyThere);
        Assert.DoesNotContain("docs/a/large.bin", target.Nodes.Keys);
        Assert.DoesNotContain("pipe", target.Nodes.Keys);
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_costs_no_other_INV_6()
    {
        await using var test = await TestRepository.CreateAsync();
        var tree = SampleTrees.Small(test.Random);
        var snapshot = await WriteAsync(test, tree);
        var stubborn = new MemoryTarget { OnWrite = path => ThrowIf(path == "docs/a/large.bin", isFatal: false) };
        var (result, target) = await RestoreHarness.RestoreAsync(test, snapshot, target: stubborn);
        var failure = Assert.Single(result.Failures);
        Assert.Equal("docs/a/large.bin", Encoding.Latin1.GetString(failure.Path.Span));
        Assert.False(failure.IsDamage);
        Assert.Equal(tree.Nodes.Count() - 1, target.Nodes.Count);
    }

    [Fact]
    public async Task A_full_disk_stops_and_leaves_nothing_half()
    {
        await using var test = await TestRepository.CreateAsync();
        var tree = SampleTrees.Small(test.Random);
        var snapshot = await WriteAsync(test, tree);
        var writes = 0;
        var full = new MemoryTarget { OnWrite = _ => ThrowIf(Interlocked.Increment(ref writes) == 9, isFatal: true) };
        await Assert.ThrowsAsync<RestoreWriteException>(
            () => RestoreHarness.RestoreAsync(test, snapshot, target: full));
        Assert.Equal(0, full.OpenFiles);
        foreach (var (path, node) in full.Nodes.Where(node => node.Value.Entry.Kind == EntryKind.File))
            Assert.Equal(tree.Nodes.Single(n => n.Path == path).Content, node.Content);
    }

    [Fact]
    public async Task A_dry_run_counts_and_writes_nothing()
    {
        await using var test = await TestRepository.CreateAsync();
        var tree = SampleTrees.Small(test.Random);
        var snapshot = await WriteAsync(test, tree);
        var (result, target) = await RestoreHarness.RestoreAsync(test, snapshot, isDryRun: true);
        Assert.Empty(target.Nodes);
        Assert.Equal(tree.Nodes.Sum(node => (long)(node.Content?.Length ?? 0)), result.Bytes);
    }

    [Fact]
    public async Task Packs_restore_without_any_index_object()
    {
        await using var test = await TestRepository.CreateAsync();
        var tree = SampleTrees.Small(test.Random);
        using var host = await test.OpenAsHostAsync();
        var snapshot = await new TestSnapshotWriter(test, host) { OmitsIndex = true, BlobsPerPack = 5 }
            .WriteAsync(tree);
        var (result, target) = await RestoreHarness.RestoreAsync(test, snapshot);
        Assert.Empty(result.Failures);
        RestoreHarness.AssertWhole(tree, target);
    }

    [Fact]
    public async Task A_host_credential_alone_restores_nothing_INV_5()
    {
        await using var test = await TestRepository.CreateAsync();
        using var host = await test.OpenAsHostAsync();
        await Assert.ThrowsAsync<WrongKeyException>(
            () => SnapshotCatalog.ListAsync(host, TestContext.Current.CancellationToken));
    }

    static async Task<SnapshotInfo> WriteAsync(
        TestRepository test, TestTree tree, int blobsPerPack = 64, bool makesHoles = false)
    {
        using var host = await test.OpenAsHostAsync();
        return await new TestSnapshotWriter(test, host) { BlobsPerPack = blobsPerPack, MakesHoles = makesHoles }
            .WriteAsync(tree);
    }

    static void ThrowIf(bool condition, bool isFatal)
    {
        if (condition)
            throw new RestoreWriteException("the disk says no") { IsFatal = isFatal };
    }
}
