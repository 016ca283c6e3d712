using Cairn.Engine.Entries;
using Cairn.Engine.Operations.Backup;
using Cairn.Testing.Stores;
using Cairn.Testing.Trees;

namespace Cairn.Tests.Operations.Backup;

/// <summary>What is backed up reads back (INV-1), and what has not changed is neither read nor stored again.</summary>
public sealed class BackupRoundTripTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Every_generation_of_a_random_tree_reads_back_INV_1(ulong seed)
    {
        await using var world = await BackupWorld.CreateAsync(seed);
        world.Source.BatchEntriesMax = 1 + world.Random.NextInt(20);
        var tree = new RandomTree(world.Source, world.Random);
        tree.Grow(60);
        var generations = new List<(BackupResult Result, SortedDictionary<string, Expected> Tree)>();
        for (var generation = 0; generation < 4; generation++)
        {
            // Sometimes at once, so that files are still unsettled.
            if (world.Random.NextInt(2) == 0)
                world.Wait();
            var result = await world.BackupAsync();
            Assert.False(result.IsPartial);
            Assert.Equal(world.Source.Nodes.Values.Count(node => node.Kind == EntryKind.File), result.Statistics.Files);
            generations.Add((result, world.Capture()));
            tree.Edit(25);
        }
        foreach (var (result, expected) in generations)
            await world.AssertRestoresAsync(result.Snapshot, expected);
    }

    [Fact]
    public async Task An_unchanged_source_is_not_read_and_its_manifest_is_the_same()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles();
        var first = await world.BackupAsync();
        world.Source.ForgetOpened();
        world.Wait();
        var store = new HookedStore(world.Test.Store);
        var second = await world.BackupAsync(store);
        Assert.Empty(world.Source.Opened);
        Assert.DoesNotContain(store.Puts, name => name.StartsWith("packs/", StringComparison.Ordinal));
        Assert.Equal(
            (await world.ReadSnapshotAsync(first.Snapshot!.Value)).Manifest,
            (await world.ReadSnapshotAsync(second.Snapshot!.Value)).Manifest);
        Assert.Equal(0, second.Statistics.BytesRead);
        Assert.Equal(first.Statistics.Files, second.Statistics.FilesUnchanged);
        Assert.Equal((0, 0), (second.Statistics.FilesNew, second.Statistics.FilesChanged));
        await world.AssertRestoresAsync(second.Snapshot, world.Capture());
    }

    [Fact]
    public async Task A_change_of_mode_makes_a_new_entry_and_stores_no_data()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles();
        await world.BackupAsync();
        world.Source.ChangeMode("dir0/file0", 0x1FF);
        world.Wait();
        var dataBefore = await DataPacksAsync(world);
        var result = await world.BackupAsync();
        Assert.Equal(dataBefore, await DataPacksAsync(world));
        Assert.Equal(1, result.Statistics.FilesChanged);
        await world.AssertRestoresAsync(result.Snapshot, world.Capture());
    }

    [Fact]
    public async Task An_edit_of_the_same_size_with_its_time_put_back_is_seen()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles();
        await world.BackupAsync();
        var node = world.Source.Nodes["dir1/file1"];
        var before = node.Modified;
        world.Source.File("dir1/file1", world.Random.Bytes(node.Content.Length));
        node.Modified = before;
        world.Wait();
        world.Source.ForgetOpened();
        var result = await world.BackupAsync();
        Assert.Equal(["dir1/file1"], world.Source.Opened);
        await world.AssertRestoresAsync(result.Snapshot, world.Capture());
    }

    [Fact]
    public async Task A_file_that_changed_just_before_it_was_read_is_read_again_next_time()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles();
        world.Source.File("fresh", world.Random.Bytes(500));
        await world.BackupAsync();
        // Within one tick of the clock: nothing but the content differs.
        world.Source.Nodes["fresh"].Content = world.Random.Bytes(500);
        world.Wait();
        world.Source.ForgetOpened();
        var second = await world.BackupAsync();
        Assert.Equal(["fresh"], world.Source.Opened);
        await world.AssertRestoresAsync(second.Snapshot, world.Capture());
        world.Source.ForgetOpened();
        await world.BackupAsync();
        Assert.Empty(world.Source.Opened);
    }

    [Fact]
    public async Task All_is_read_when_that_is_asked_for_and_nothing_stored_twice()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles();
        await world.BackupAsync();
        world.Source.ForgetOpened();
        var result = await world.BackupAsync(options: BackupWorld.Options with { ReadsAll = true });
        Assert.Equal(13, world.Source.Opened.Count);
        Assert.Equal(0, result.Statistics.BlobsStored);
    }

    [Fact]
    public async Task Duplicates_are_stored_once()
    {
        await using var world = await BackupWorld.CreateAsync();
        var content = world.Random.Bytes(700_000);
        for (var i = 0; i < 20; i++)
            world.Source.File($"copy{i}", content);
        var result = await world.BackupAsync();
        Assert.InRange(result.Statistics.BytesStoredPlain, 700_000, 720_000);
        await world.AssertRestoresAsync(result.Snapshot, world.Capture());
    }

    [Fact]
    public async Task A_sparse_file_of_many_extents_reads_back_and_holes_are_not_read()
    {
        await using var world = await BackupWorld.CreateAsync();
        var content = new byte[6_000_000];
        for (var block = 0; block < content.Length / MemorySource.BlockBytes; block += 3)
            world.Random.Fill(content.AsSpan(block * MemorySource.BlockBytes, 200));
        world.Source.File("sparse", content).IsSparse = true;
        world.Source.File("all hole", new byte[3_000_000]).IsSparse = true;
        world.Source.File("ends in a hole", [.. world.Random.Bytes(9000), .. new byte[100_000]]).IsSparse = true;
        world.Wait();
        var result = await world.BackupAsync();
        Assert.InRange(result.Statistics.BytesRead, 1, 2_500_000);
        await world.AssertRestoresAsync(result.Snapshot, world.Capture());
        world.Source.ForgetOpened();
        var second = await world.BackupAsync();
        Assert.Empty(world.Source.Opened);
        await world.AssertRestoresAsync(second.Snapshot, world.Capture());
    }

    [Fact]
    public async Task Large_attributes_are_stored_beside_the_manifest_and_known_again()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles(files: 1);
        world.Source.Nodes["small"].Attributes =
            [new ExtendedAttribute("user.big"u8.ToArray(), world.Random.Bytes(30_000))];
        await world.BackupAsync();
        var packs = await DataPacksAsync(world);
        await world.BackupAsync();
        Assert.Equal(packs, await DataPacksAsync(world));
    }

    [Fact]
    public async Task Chunks_larger_than_a_pack_get_a_pack_each()
    {
        await using var world = await BackupWorld.CreateAsync(
            chunking: Engine.Chunking.ChunkerParameters.TryCreate(1 << 20, 2 << 20, 4 << 20));
        // Packs are of one MiB here.
        world.Source.File("large", world.Random.Bytes(9_000_000));
        world.Source.File("just as large as a pack", world.Random.Bytes(1 << 20));
        world.Source.File("zeros", new byte[5_000_000]);
        world.Source.File("small", world.Random.Bytes(1000));
        var result = await world.BackupAsync();
        await world.AssertRestoresAsync(result.Snapshot, world.Capture());
    }

    [Fact]
    public async Task An_empty_source_makes_an_empty_snapshot()
    {
        await using var world = await BackupWorld.CreateAsync();
        var result = await world.BackupAsync();
        Assert.Equal(0, result.Statistics.Files);
        await world.AssertRestoresAsync(result.Snapshot, world.Capture());
    }

    [Fact]
    public async Task Streams_and_files_share_a_snapshot_whatever_the_streams_are_called()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles(files: 2);
        var big = world.Random.Bytes(2_500_000);
        // The second and third are ordered differently as UTF-16 and as bytes.
        BackupInput Input() => new()
        {
            Files = world.Source,
            Streams =
            [
                new TestStream("b", big), new TestStream("\uFF5E", [1]), new TestStream("\U0001F600", [2]),
                new TestStream("a", []),
            ],
        };
        var first = await world.BackupAsync(input: Input());
        var target = await world.RestoreAsync(first.Snapshot!.Value);
        Assert.Equal(big, target.Nodes["b"].Content);
        Assert.Equal([], target.Nodes["a"].Content!);
        Assert.Equal(8, first.Statistics.Files);

        world.Wait();
        var second = await world.BackupAsync(input: Input());
        Assert.Equal(0, second.Statistics.EntriesVanished);
        Assert.Equal(4, second.Statistics.FilesChanged);
        // The manifest, where the times of the streams are others.
        Assert.Equal(1, second.Statistics.BlobsStored);
    }

    [Fact]
    public async Task What_vanished_since_the_last_snapshot_is_counted()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles();
        await world.BackupAsync();
        world.Source.Remove("dir1");
        var result = await world.BackupAsync();
        Assert.Equal(5, result.Statistics.EntriesVanished);
        await world.AssertRestoresAsync(result.Snapshot, world.Capture());
    }

    [Fact]
    public async Task A_dry_run_stores_nothing_and_remembers_nothing()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles();
        var store = new HookedStore(world.Test.Store);
        var result = await world.BackupAsync(store, options: BackupWorld.Options with { IsDryRun = true });
        Assert.Null(result.Snapshot);
        Assert.Empty(store.Puts);
        Assert.True(result.Statistics.BytesStoredPlain > 3_600_000);
        Assert.DoesNotContain(world.State.List(), name => name.StartsWith("manifest", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Losing_all_local_state_costs_reading_only_INV_7()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles();
        await world.BackupAsync();
        world.State = new();
        var result = await world.BackupAsync();
        Assert.Equal(0, result.Statistics.BlobsStored);
        await world.AssertRestoresAsync(result.Snapshot, world.Capture());
    }

    static async Task<List<string>> DataPacksAsync(BackupWorld world) =>
    [
        .. (await world.Test.ObjectsAsync())
            .Where(item => item.Key.StartsWith("packs/", StringComparison.Ordinal) && item.Value[12] == 1)
            .Select(item => item.Key),
    ];
}
