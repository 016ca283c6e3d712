using System.Text;
using Cairn.Engine.Entries;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Operations.Verify;
using Cairn.Engine.Sources;
using Cairn.Files.Selecting;
using Cairn.Testing.State;
using Cairn.Testing.Trees;

namespace Cairn.Tests.Operations.Backup;

/// <summary>What is gone from the source, and stays in the snapshots because a rule says so.</summary>
public sealed class BackupKeepTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task A_snapshot_is_what_is_there_and_all_that_matched_and_went(ulong seed)
    {
        await using var world = await BackupWorld.CreateAsync(seed);
        world.Source.BatchEntriesMax = 1 + world.Random.NextInt(20);
        var tree = new RandomTree(world.Source, world.Random);
        tree.Grow(80);
        // By a hash of the name, so that in every directory some match.
        var options = BackupWorld.Options with { Keep = new Rules(path => Hash(path) % 3 == 0) };
        world.Wait();
        var expected = world.Capture();
        for (var generation = 0; generation < 5; generation++)
        {
            var result = await world.BackupAsync(options: options);
            Assert.False(result.IsPartial);
            await world.AssertRestoresAsync(result.Snapshot, expected);
            Assert.Equal(expected.Values.Count(node => node.Kind == EntryKind.File), result.Statistics.Files);
            await AssertVerifiesAsync(world, result);
            world.Wait();
            tree.Edit(30);
            RemoveSomeDirectory(world);
            world.Wait();
            expected = Merge(expected, world.Capture());
        }
    }

    [Fact]
    public async Task Kept_entries_say_so_and_their_directories_too_and_a_name_that_returns_is_usual_again()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.Source.File("a/b/log", world.Random.Bytes(300_000));
        world.Source.File("a/b/other", [1]);
        world.Source.Link("second", "a/b/log");
        world.Wait();
        await world.BackupAsync(options: Logs);
        world.Source.Remove("a");
        world.Wait();
        for (var i = 0; i < 3; i++)
        {
            var result = await world.BackupAsync(options: Logs);
            var nodes = (await world.RestoreAsync(result.Snapshot!.Value)).Nodes;
            Assert.Equal(["a", "a/b", "a/b/log", "second"], nodes.Keys);
            Assert.Equal(
                [EntryMarks.Kept, EntryMarks.Kept, EntryMarks.Kept, EntryMarks.None],
                nodes.Values.Select(node => node.Entry.Marks));
            // Its inode may be another file's by now.
            Assert.Equal(0UL, nodes["a/b/log"].Entry.HardLinkGroup);
            // Only "other" went, and only once.
            Assert.Equal(i == 0 ? 1 : 0, result.Statistics.EntriesVanished);
            Assert.Equal(0, result.Statistics.BytesRead - (i == 0 ? world.Source.Nodes["second"].Content.Length : 0));
        }
        world.Source.File("a/b/log", [7]);
        world.Wait();
        var back = await world.BackupAsync(options: Logs);
        Assert.All(
            (await world.RestoreAsync(back.Snapshot!.Value)).Nodes.Values,
            node => Assert.Equal(EntryMarks.None, node.Entry.Marks));
        await world.AssertRestoresAsync(back.Snapshot, world.Capture());
    }

    [Fact]
    public async Task Without_the_rule_what_was_kept_goes()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.Source.File("d/log", [1, 2]);
        world.Source.File("stays", [3]);
        await world.BackupAsync(options: Logs);
        world.Source.Remove("d");
        await world.BackupAsync(options: Logs);
        var result = await world.BackupAsync();
        await world.AssertRestoresAsync(result.Snapshot, world.Capture());
    }

    [Fact]
    public async Task Nothing_is_kept_beneath_what_is_no_directory_any_more()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.Source.File("d/e/log", [1, 2]);
        world.Source.File("x/log", [3]);
        await world.BackupAsync(options: Logs);
        world.Source.Remove("d");
        world.Source.Remove("x");
        world.Source.File("d", [9]);
        var result = await world.BackupAsync(options: Logs);
        Assert.Equal(["d", "x", "x/log"], (await world.RestoreAsync(result.Snapshot!.Value)).Nodes.Keys);
        var problem = Assert.Single(result.Problems);
        Assert.Equal("/d", Encoding.Latin1.GetString(problem.Path.Span));
        Assert.False(problem.IsError);
    }

    [Theory]
    [InlineData(900)]
    [InlineData(500_000)]
    public async Task A_file_that_vanishes_before_it_is_read_is_kept_as_it_was(int size)
    {
        await using var world = await BackupWorld.CreateAsync();
        var old = world.Random.Bytes(size);
        world.Source.File("dir/log", old);
        world.Source.File("dir/z", [1]);
        world.Wait();
        await world.BackupAsync(options: Logs);
        world.Source.File("dir/log", world.Random.Bytes(size)).OnOpen = _ => world.Source.Remove("dir/log");
        world.Wait();
        var result = await world.BackupAsync(options: Logs);
        var kept = (await world.RestoreAsync(result.Snapshot!.Value)).Nodes["dir/log"];
        Assert.Equal(EntryMarks.Kept, kept.Entry.Marks);
        Assert.Equal(old, kept.Content);
        Assert.Equal((2, 0), (result.Statistics.Files, result.Statistics.EntriesVanished));
    }

    [Fact]
    public async Task Where_local_state_was_lost_nothing_is_kept_and_a_dry_run_keeps_as_well()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.Source.File("d/log", [1, 2]);
        world.Source.File("stays", [3]);
        await world.BackupAsync(options: Logs);
        world.Source.Remove("d");
        var dry = await world.BackupAsync(options: Logs with { IsDryRun = true });
        Assert.Equal((2, 0), (dry.Statistics.Files, dry.Statistics.EntriesVanished));
        world.State = new MemoryStateFolder();
        var result = await world.BackupAsync(options: Logs);
        await world.AssertRestoresAsync(result.Snapshot, world.Capture());
    }

    [Fact]
    public void Patterns_keep_what_rules_do_not_leave_out()
    {
        var rules = new KeepRules(
            [new Glob("*.log"u8), new Glob("/srv/archive"u8)],
            new SelectionRules(
                [new GlobRule("secret*"u8, includes: false) { Text = "x", IsForTheseSources = false }],
                ["/"u8.ToArray()]));
        Assert.True(rules.Keeps("/srv/x/a.log"u8, EntryKind.File));
        Assert.True(rules.Keeps("/srv/archive/any/thing"u8, EntryKind.File));
        Assert.False(rules.Keeps("/srv/archive/secret/thing"u8, EntryKind.File));
        Assert.False(rules.Keeps("/srv/other"u8, EntryKind.File));
    }

    static BackupOptions Logs => BackupWorld.Options with { Keep = new Rules(path => path.EndsWith("/log")) };

    // What is there now, and of what was in the last snapshot all that matches and is gone, with its directories.
    static SortedDictionary<string, Expected> Merge(
        SortedDictionary<string, Expected> before, SortedDictionary<string, Expected> now)
    {
        var merged = new SortedDictionary<string, Expected>(now, StringComparer.Ordinal);
        foreach (var (path, old) in before.Where(item => !now.ContainsKey(item.Key) && Hash("/" + item.Key) % 3 == 0))
        {
            var above = Above(path).ToList();
            if (above.Any(directory => now.TryGetValue(directory, out var node) && node.Kind != EntryKind.Directory))
                continue;
            merged[path] = old;
            foreach (var directory in above)
                merged.TryAdd(directory, before[directory]);
        }
        return merged;
    }

    static void RemoveSomeDirectory(BackupWorld world)
    {
        var directories = world.Source.Nodes.Where(node => node.Value.Kind == EntryKind.Directory)
            .Select(node => node.Key).ToList();
        if (directories.Count == 0)
            return;
        var gone = directories[world.Random.NextInt(directories.Count)];
        world.Source.Remove(gone);
        // Sometimes with something else in its place.
        if (world.Random.NextInt(3) == 0)
            world.Source.File(gone, [1, 2, 3]);
    }

    static IEnumerable<string> Above(string path)
    {
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
            yield return path[..slash];
    }

    static int Hash(string path) => path.Aggregate(17, (hash, letter) => (hash * 31 + letter) & 0xFFFFFF);

    // What is gone already is not missed.
    static async Task AssertVerifiesAsync(BackupWorld world, BackupResult result)
    {
        var (differences, _) = await VerifyOperationTests.VerifyAsync(world, result.Snapshot!.Value);
        Assert.DoesNotContain(differences, item => item.Changes == VerifyChanges.Missing);
    }

    sealed class Rules(Func<string, bool> keeps) : IKeepRules
    {
        public bool Keeps(ReadOnlySpan<byte> path, EntryKind kind) => keeps(Encoding.Latin1.GetString(path));
    }
}
