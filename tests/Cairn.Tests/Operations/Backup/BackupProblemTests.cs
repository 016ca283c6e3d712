using System.Text;
using Cairn.Engine.Entries;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Sources;
using Cairn.Testing.Stores;
using Cairn.Testing.Trees;

namespace Cairn.Tests.Operations.Backup;

/// <summary>Files that cannot be read, or change meanwhile: each is told with its path, and the rest is backed up
/// (INV-6).</summary>
public sealed class BackupProblemTests
{
    const int Small = 900, Large = 500_000;

    public static TheoryData<int> Sizes => [Small, Large];

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task An_unreadable_file_is_told_and_left_out(int size)
    {
        var (world, result) = await RunAsync(size, node => node.OnOpen = _ => throw Unreadable());
        await using var _ = world;
        AssertProblem(result, "dir/bad", "permission denied", isError: true);
        world.Source.Nodes.Remove("dir/bad");
        await world.AssertRestoresAsync(result.Snapshot, world.Capture());
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task A_file_that_fails_in_the_middle_is_told_and_left_out(int size)
    {
        var (world, result) = await RunAsync(size, node => node.OnRead = position =>
        {
            if (position > 0)
                throw Unreadable();
        });
        await using var _ = world;
        AssertProblem(result, "dir/bad", "permission denied", isError: true);
        world.Source.Nodes.Remove("dir/bad");
        await world.AssertRestoresAsync(result.Snapshot, world.Capture());
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task A_vanished_file_is_told_but_the_backup_is_not_partial(int size)
    {
        var (world, result) = await RunAsync(size, (world, node) => node.OnOpen = _ => world.Source.Remove("dir/bad"));
        await using var _ = world;
        AssertProblem(result, "dir/bad", "vanished", isError: false);
        await world.AssertRestoresAsync(result.Snapshot, world.Capture());
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task A_file_that_changes_all_the_time_is_marked_torn_and_read_again_next_time(int size)
    {
        var (world, result) = await RunAsync(size, (world, node) => node.OnRead = position =>
        {
            if (position == 0)
                world.Source.File("dir/bad", world.Random.Bytes(size));
        });
        await using var _ = world;
        AssertProblem(result, "dir/bad", "changed while it was being read", isError: true);
        var restored = (await world.RestoreAsync(result.Snapshot!.Value)).Nodes["dir/bad"];
        Assert.Equal(EntryMarks.Torn, restored.Entry.Marks);
        Assert.Equal(size, restored.Content!.Length);

        world.Source.Nodes["dir/bad"].OnRead = null;
        world.Wait();
        world.Source.ForgetOpened();
        var second = await world.BackupAsync();
        Assert.Contains("dir/bad", world.Source.Opened);
        Assert.False(second.IsPartial);
        await world.AssertRestoresAsync(second.Snapshot, world.Capture());
    }

    [Theory]
    [InlineData(Small, Small * 3)]
    [InlineData(Small, Large)]
    [InlineData(Large, Large * 2)]
    [InlineData(Small, 10)]
    [InlineData(Small, 0)]
    [InlineData(Large, 100_000)]
    [InlineData(Large, 0)]
    public async Task A_file_that_grows_or_shrinks_while_it_is_read_makes_a_snapshot_that_restores(int size, int later)
    {
        foreach (var isSparse in new[] { false, true })
        {
            var (world, result) = await RunAsync(size, (world, node) =>
            {
                node.IsSparse = isSparse;
                node.OnRead = position =>
                {
                    if (node.Content.Length != later && (position > 0 || size == Small))
                        world.Source.File("dir/bad", world.Random.Bytes(later));
                };
            });
            await using var _ = world;
            var restored = (await world.RestoreAsync(result.Snapshot!.Value)).Nodes["dir/bad"];
            Assert.Equal(restored.Entry.Size, restored.Content!.Length);
            // The second reading finds one state, unless parts of the first are in the manifest, or the file has
            // outgrown the buffer for small ones.
            if (result.IsPartial)
                Assert.Equal(EntryMarks.Torn, restored.Entry.Marks);
            else
                Assert.Equal(world.Source.Nodes["dir/bad"].Content, restored.Content);
        }
    }

    [Fact]
    public async Task More_problems_than_are_kept_are_counted()
    {
        await using var world = await BackupWorld.CreateAsync();
        for (var i = 0; i < BackupResult.ProblemsKept + 50; i++)
            world.Source.File($"bad{i}", [1]).OnOpen = _ => throw Unreadable();
        var result = await world.BackupAsync();
        Assert.Equal(BackupResult.ProblemsKept, result.Problems.Count);
        Assert.Equal(BackupResult.ProblemsKept + 50, result.ProblemCount);
        Assert.Equal(result.ProblemCount, (await world.ReadSnapshotAsync(result.Snapshot!.Value)).ProblemCount);
    }

    [Fact]
    public async Task A_missing_source_throws_before_anything_is_written()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.Source.IsMissing = true;
        var store = new HookedStore(world.Test.Store);
        await Assert.ThrowsAsync<SourceMissingException>(() => world.BackupAsync(store));
        Assert.Empty(store.Puts);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(3_000_000)]
    public async Task A_stream_that_fails_commits_nothing(int length)
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles(files: 2);
        var stream = new TestStream("dump", world.Random.Bytes(length)) { FailsWith = "the command ended with 1" };
        var input = new BackupInput { Files = world.Source, Streams = [stream] };
        var failure = await Assert.ThrowsAsync<StreamFailedException>(() => world.BackupAsync(input: input));
        Assert.Contains("ended with 1", failure.Message, StringComparison.Ordinal);
        Assert.Empty(world.Names("snapshots/"));
        Assert.Empty(world.Names("ledgers/"));
    }

    static SourceReadException Unreadable() => new("permission denied", vanished: false);

    static Task<(BackupWorld, BackupResult)> RunAsync(int size, Action<SourceNode> spoil) =>
        RunAsync(size, (_, node) => spoil(node));

    static async Task<(BackupWorld, BackupResult)> RunAsync(int size, Action<BackupWorld, SourceNode> spoil)
    {
        var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles(files: 4);
        spoil(world, world.Source.File("dir/bad", world.Random.Bytes(size)));
        world.Wait();
        return (world, await world.BackupAsync());
    }

    static void AssertProblem(BackupResult result, string path, string message, bool isError)
    {
        var problem = Assert.Single(result.Problems);
        Assert.EndsWith(path, Encoding.Latin1.GetString(problem.Path.Span), StringComparison.Ordinal);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.Equal(isError, problem.IsError);
        Assert.Equal(isError, result.IsPartial);
    }
}
