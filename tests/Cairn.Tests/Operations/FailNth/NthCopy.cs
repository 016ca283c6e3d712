using System.Collections.Concurrent;
using Cairn.Engine.Entries;
using Cairn.Engine.Operations.Copy;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Testing.Repositories;
using Cairn.Testing.State;
using Cairn.Testing.Trees;
using Cairn.Tests.Operations.Backup;

namespace Cairn.Tests.Operations.FailNth;

/// <summary>Copies of which one side fails: the other lies in memory and does not.</summary>
static class NthCopy
{
    static readonly CopyOptions Options = new() { Program = "tests", Workers = 1, PacksInFlightMax = 1 };

    static readonly Lazy<Task<BackupWorld>> Source = new(CreateSourceAsync);

    // Of each attempt, and of the rerun behind it, by their folder.
    static readonly ConcurrentDictionary<string, Task<BackupWorld>> Targets = new();

    static async Task<BackupWorld> CreateSourceAsync()
    {
        var source = await BackupWorld.CreateAsync(seed: 77);
        source.Source.File("large", source.Random.Bytes(30_000));
        source.Source.File("dir/small", source.Random.Bytes(50));
        source.Wait();
        await source.BackupAsync();
        return source;
    }

    public static async Task PrepareTargetAsync(PowerCutWorld world)
    {
        await world.InitAsync();
        await world.BackupAsync();
        var tree = new SavedTree();
        foreach (var (path, node) in (await Source.Value).Source.Nodes)
            tree.Add(path, node.Kind == EntryKind.File ? node.Content : null);
        world.Trees.Add(tree);
    }

    public static async Task<IReadOnlyList<string>> CopyIntoAsync(PowerCutWorld world)
    {
        var source = await Source.Value;
        using var from = await source.Test.OpenForReadingAsync();
        using var session = await ReadSession.OpenAsync(from, new MemoryStateFolder(), PowerCutWorld.Token);
        await using var store = world.OpenStore();
        using var to = await RepositoryOpener.OpenWithCredentialAsync(
            store, world.Init!.Credential, world.Environment, PowerCutWorld.Token);
        return [.. to.Problems, .. await CopyAsync(session, to, world.OpenState())];
    }

    public static async Task AssertCopiedIntoAsync(PowerCutWorld world)
    {
        await using var store = world.OpenStore();
        using var repository = await world.OpenForReadingAsync(store);
        var listing = await SnapshotCatalog.ListAsync(repository, PowerCutWorld.Token);
        Assert.Empty(listing.Problems);
        var copies = listing.Snapshots.Where(snapshot => snapshot.Origin is not null).ToList();
        Assert.NotEmpty(copies);
        Assert.All(copies, copy => Assert.Null(copy.Origin!.FindFault(copy)));
    }

    public static async Task<IReadOnlyList<string>> CopyFromAsync(NthRun run)
    {
        var target = await Targets.GetOrAdd(run.Folder, _ => BackupWorld.CreateAsync(seed: 78));
        await using var store = run.World.OpenStore();
        using var from = await run.World.OpenForReadingAsync(store);
        using var session = await ReadSession.OpenAsync(from, run.World.OpenState(), PowerCutWorld.Token);
        using var to = await RepositoryOpener.OpenWithCredentialAsync(
            target.Test.Store, target.Test.Init.Credential, target.Environment, PowerCutWorld.Token);
        return
        [
            .. from.Problems, .. session.IndexProblems.Select(problem => problem.ToString()),
            .. await CopyAsync(session, to, target.State),
        ];
    }

    public static async Task AssertCopiedFromAsync(NthRun run)
    {
        Assert.True(Targets.TryGetValue(run.Folder, out var made));
        var target = await made;
        var copies = await Copy.CopyWorld.SnapshotsAsync(target);
        Assert.Equal(run.World.Snapshots.Count, copies.Count);
        foreach (var (copy, reported) in copies.Zip(run.World.Snapshots))
        {
            var restored = await target.RestoreAsync(copy.Name);
            Assert.Equal(reported.Tree.Keys, restored.Nodes.Keys);
            foreach (var (path, content) in reported.Tree)
            {
                if (content is not null)
                    Assert.True(content.AsSpan().SequenceEqual(restored.Nodes[path].Content), path);
            }
        }
    }

    static async Task<IReadOnlyList<string>> CopyAsync(
        ReadSession source, Repository target, Engine.State.IStateFolder state)
    {
        var listing = await SnapshotCatalog.ListAsync(source.Repository, PowerCutWorld.Token);
        var result = await CopyOperation.RunAsync(
            source, listing.Snapshots, target, state, Options, new CopyMonitor(), PowerCutWorld.Token);
        return
        [
            .. listing.Problems.Select(problem => problem.ToString()),
            .. result.Snapshots.SelectMany(snapshot => snapshot.Problems),
        ];
    }
}
