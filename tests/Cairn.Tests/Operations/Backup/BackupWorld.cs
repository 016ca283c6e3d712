using System.Text;
using Cairn.Engine.Entries;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Operations.Restore;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Engine.State;
using Cairn.Engine.Storage;
using Cairn.Testing;
using Cairn.Testing.Repositories;
using Cairn.Testing.State;
using Cairn.Testing.Stores;
using Cairn.Testing.Time;
using Cairn.Testing.Trees;

namespace Cairn.Tests.Operations.Backup;

/// <summary>What a path must look like after a restore.</summary>
sealed record Expected(EntryKind Kind, byte[]? Content, ushort Mode, FileTime Modified, string LinkTarget);

/// <summary>A repository, a source and local state in memory, on a clock that stands still. Disposal looks for
/// leaks.</summary>
sealed class BackupWorld : IAsyncDisposable
{
    BackupWorld(TestRepository test)
    {
        Test = test;
        Environment = test.Environment with { Time = Time };
        Source = new MemorySource(Time);
    }

    public TestRepository Test { get; }
    public ManualTime Time { get; } = new();
    public EngineEnvironment Environment { get; }
    public MemorySource Source { get; }
    public MemoryStateFolder State { get; set; } = new();

    /// <summary>What backups are run with.</summary>
    public CancellationToken Cancellation { get; set; }

    public SeededRandom Random => Test.Random;

    public static async Task<BackupWorld> CreateAsync(
        ulong seed = 1, Cairn.Engine.Chunking.ChunkerParameters? chunking = null) =>
        new(await TestRepository.CreateAsync(seed, chunking));

    public static BackupOptions Options { get; } = new()
    {
        Source = "test", Roots = [Encoding.Latin1.GetBytes("/")], UserName = "someone", Program = "tests", Workers = 2,
    };

    public async Task<BackupResult> BackupAsync(
        IObjectStore? store = null, IStateFolder? state = null, BackupInput? input = null,
        BackupOptions? options = null,
        BackupMonitor? monitor = null)
    {
        // Those of another run that stands still meanwhile.
        var outstanding = Environment.Buffers.Outstanding;
        using var repository = await RepositoryOpener.OpenWithCredentialAsync(
            store ?? Test.Store, Test.Init.Credential, Environment, Cancellation);
        try
        {
            return await BackupOperation.RunAsync(
                repository, state ?? State, input ?? new BackupInput { Files = Source }, options ?? Options,
                monitor ?? new BackupMonitor(), Cancellation);
        }
        finally
        {
            // Whatever way it ended: nothing of it is left behind.
            Assert.Equal(outstanding, Environment.Buffers.Outstanding);
            Assert.Equal(0, Source.OpenHandles);
            // Maps that a compaction replaced are freed with the last look-up in them, by the collector.
            if (State.OpenMaps > 0)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
            Assert.Equal(0, State.OpenMaps);
        }
    }

    /// <summary>Time enough for everything to have settled.</summary>
    public void Wait() => Time.Advance(TimeSpan.FromMinutes(1));

    public SortedDictionary<string, Expected> Capture()
    {
        var tree = new SortedDictionary<string, Expected>(StringComparer.Ordinal);
        foreach (var (path, node) in Source.Nodes)
            tree.Add(path, new Expected(
                node.Kind, node.Kind == EntryKind.File ? node.Content : null, node.Mode, node.Modified,
                node.LinkTarget));
        return tree;
    }

    public async Task<SnapshotInfo> ReadSnapshotAsync(SnapshotName name)
    {
        using var repository = await Test.OpenForReadingAsync();
        return await SnapshotCatalog.ReadAsync(repository, name, default);
    }

    public async Task<MemoryTarget> RestoreAsync(SnapshotName name)
    {
        using var repository = await Test.OpenForReadingAsync();
        var snapshot = await SnapshotCatalog.ReadAsync(repository, name, default);
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), default);
        var target = new MemoryTarget();
        var result = await RestoreOperation.RunAsync(
            session, snapshot, target, new RestoreOptions { Workers = 2 }, new RestoreMonitor(), default);
        Assert.Empty(result.Failures);
        Assert.Equal(0, result.FailureCount);
        return target;
    }

    public async Task AssertRestoresAsync(SnapshotName? name, SortedDictionary<string, Expected> expected)
    {
        var target = await RestoreAsync(Assert.NotNull(name));
        Assert.Equal(expected.Keys, target.Nodes.Keys);
        foreach (var (path, node) in target.Nodes)
        {
            var wanted = expected[path];
            Assert.Equal(wanted.Kind, node.Entry.Kind);
            if (wanted.Content is { } content)
                Assert.True(content.AsSpan().SequenceEqual(node.Content), $"{path} ({Random}): the content differs");
            Assert.Equal(wanted.Mode, node.Entry.Mode);
            Assert.Equal(wanted.Modified, node.Entry.Modified);
            Assert.Equal(wanted.LinkTarget, Encoding.Latin1.GetString(node.Entry.LinkTarget.Span));
        }
    }

    /// <summary>Every snapshot that is in the store restores to one of these trees (INV-1).</summary>
    public async Task<int> AssertAllRestoreAsync(params SortedDictionary<string, Expected>[] trees)
    {
        using var repository = await Test.OpenForReadingAsync();
        var listing = await SnapshotCatalog.ListAsync(repository, default);
        Assert.Empty(listing.Problems);
        foreach (var snapshot in listing.Snapshots)
        {
            var nodes = (await RestoreAsync(snapshot.Name)).Nodes;
            Assert.Contains(trees, tree => tree.Keys.SequenceEqual(nodes.Keys)
                && tree.All(item => item.Value.Content is not { } content
                    || content.AsSpan().SequenceEqual(nodes[item.Key].Content)));
        }
        return listing.Snapshots.Count;
    }

    /// <summary>Some files of several packs' size together.</summary>
    public void AddSomeFiles(int files = 12, int bytes = 300_000)
    {
        for (var i = 0; i < files; i++)
            Source.File($"dir{i % 3}/file{i}", Random.Bytes(bytes + i));
        Source.File("small", Random.Bytes(100));
        Source.File("empty", []);
        if (!Source.Nodes.ContainsKey("link"))
            Source.Symlink("link", "dir0/file0");
        Wait();
    }

    /// <summary>
    /// Called behind each PUT: from the fourth pack on holds it up until a checkpoint has begun to store
    /// its index object, or whatever is waited for.
    /// </summary>
    public async Task ForceCheckpointAsync(
        HookedStore store, StoreMember member, string name, string until = "index/")
    {
        if (member != StoreMember.Put || !name.StartsWith("packs/", StringComparison.Ordinal))
            return;
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (store.Puts.Count(put => put.StartsWith("packs/", StringComparison.Ordinal)) > 3
            && !store.Events.Any(e => e.Member == StoreMember.Put && e.Name.StartsWith(until, StringComparison.Ordinal))
            && watch.Elapsed < TimeSpan.FromSeconds(5))
        {
            Time.Advance(TimeSpan.FromMinutes(4));
            await Task.Yield();
        }
    }

    public IEnumerable<string> Names(string prefix) => Test.ObjectsAsync().GetAwaiter().GetResult().Keys
        .Where(name => name.StartsWith(prefix, StringComparison.Ordinal));

    public ValueTask DisposeAsync() => Test.DisposeAsync();
}
