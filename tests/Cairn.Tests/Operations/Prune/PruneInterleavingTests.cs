using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Check;
using Cairn.Engine.Operations.Prune;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Hosts;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Testing.Repositories;
using Cairn.Testing.State;
using Cairn.Testing.Stores;
using Cairn.Tests.Operations.Backup;

namespace Cairn.Tests.Operations.Prune;

/// <summary>
/// One run stands still before each of its store calls in turn, as if frozen for any length of time, while another goes
/// through from beginning to end.
/// </summary>
public sealed class PruneInterleavingTests
{
    static readonly PruneOptions Repacks = PruneWorld.AtOnce with
    {
        MaxUnusedPercent = 5, IndexObjectsMin = 2,
    };

    [Fact]
    public Task A_backup_in_every_moment_of_a_prune_INV_1_INV_4() => ForEachCallAsync(
        (scene, store) => scene.World.PruneAsync(Repacks, store), scene => scene.BackupAsync());

    [Fact]
    public Task A_prune_in_every_moment_of_a_backup_INV_1_INV_4() => ForEachCallAsync(
        (scene, store) => scene.BackupAsync(store), scene => scene.World.PruneAsync(Repacks));

    [Fact]
    public Task A_prune_in_every_moment_of_a_prune_INV_1_INV_4() => ForEachCallAsync(
        (scene, store) => scene.World.PruneAsync(Repacks, store), scene => scene.World.PruneAsync(Repacks));

    [Fact]
    public Task A_prune_in_every_moment_of_a_check_which_finds_no_damage() => ForEachCallAsync(
        CheckAsync, async scene =>
        {
            await scene.ForgetLastAsync();
            await scene.World.PruneAsync(Repacks);
        });

    [Fact]
    public Task A_prune_in_every_moment_of_a_restore_which_misses_nothing_INV_1() => ForEachCallAsync(
        async (scene, store) =>
        {
            using var admin = await scene.World.OpenAsAdminAsync(store);
            using var session = await ReadSession.OpenAsync(admin, new MemoryStateFolder(), CancellationToken.None);
            Assert.Empty(session.IndexProblems);
            Assert.NotEmpty(session.Index.EnumeratePacks());
        }, scene => scene.World.PruneAsync(Repacks with { MaxUnusedPercent = 100 }), callsMin: 3);

    [Fact]
    public Task A_late_maintainer_in_every_moment_of_a_check_which_finds_no_damage() => ForEachCallAsync(
        CheckAsync, async scene =>
        {
            await scene.ForgetLastAsync();
            await scene.PruneAsNewMaintainerAsync(Repacks);
        });

    [Fact]
    public Task A_prune_in_every_moment_of_a_listing_which_finds_nothing_missing() => ForEachCallAsync(
        ListAsync, async scene =>
        {
            await scene.ForgetLastAsync();
            await scene.World.PruneAsync(Repacks);
        }, callsMin: 5);

    static async Task ListAsync(Scene scene, HookedStore store)
    {
        await scene.BackupAsync();
        using var admin = await scene.World.OpenAsAdminAsync(store);
        var listing = await SnapshotCatalog.ListAsync(admin, CancellationToken.None);
        Assert.Empty(listing.Problems);
        Assert.InRange(listing.Snapshots.Count, 1, 2);
    }

    static async Task CheckAsync(Scene scene, HookedStore store)
    {
        await scene.BackupAsync();
        using var admin = await scene.World.OpenAsAdminAsync(store);
        using var session = await ReadSession.OpenAsync(admin, new MemoryStateFolder(), CancellationToken.None);
        var result = await CheckOperation.RunAsync(
            session, new CheckOptions { ReadDataPercent = 100, Workers = 2 }, new CheckMonitor(),
            CancellationToken.None);
        Assert.DoesNotContain(result.Findings, finding => finding.Severity != CheckSeverity.Note);
        Assert.Equal(0, result.LostFileCount);
    }

    static async Task ForEachCallAsync(
        Func<Scene, HookedStore, Task> run, Func<Scene, Task> other, int callsMin = 15)
    {
        var calls = 0;
        for (var isReached = true; isReached; calls++)
        {
            await using var world = await BackupWorld.CreateAsync();
            var scene = new Scene(world);
            await scene.PrepareAsync();
            var store = new HookedStore(world.Test.Store);
            var count = 0;
            isReached = false;
            store.Before = async (_, _) =>
            {
                // What the other does goes around this store, and is not counted.
                if (Interlocked.Increment(ref count) != calls + 1)
                    return;
                isReached = true;
                await other(scene);
            };
            await run(scene, store);
            var restored = await world.AssertAllRestoreAsync([.. scene.Trees]);
            Assert.Equal(scene.Trees.Count, restored);
            await world.AssertSoundAsync();
            // And the next prune finds its way.
            await world.PruneAsync(Repacks);
            Assert.Equal(restored, await world.AssertAllRestoreAsync([.. scene.Trees]));
        }
        Assert.True(calls > callsMin, $"only {calls} calls");
        TestContext.Current.SendDiagnosticMessage("{0} moments", calls);
    }

    /// <summary>A repository with a forgotten snapshot, and a source in which all of it is back.</summary>
    sealed class Scene(BackupWorld world)
    {
        const int Files = 40;

        SnapshotName _last;

        public BackupWorld World => world;

        /// <summary>What the snapshots hold that count.</summary>
        public List<SortedDictionary<string, Expected>> Trees { get; } = [];

        public async Task PrepareAsync()
        {
            var contents = Enumerable.Range(0, Files).Select(_ => world.Random.Bytes(60_000)).ToArray();
            for (var i = 0; i < Files; i++)
                world.Source.File($"file{i:000}", contents[i]);
            var (first, _) = await world.ChangeAndBackupAsync();
            foreach (var i in Enumerable.Range(0, Files).Where(i => i % 3 != 0))
                world.Source.Remove($"file{i:000}");
            var (_, tree) = await world.ChangeAndBackupAsync("other");
            Trees.Add(tree);
            await world.ForgetAsync(first);
            foreach (var i in Enumerable.Range(0, Files).Where(i => i % 3 != 0))
                world.Source.File($"file{i:000}", contents[i]);
            world.Wait();
        }

        /// <summary>What was backed up last does not count any more.</summary>
        public async Task ForgetLastAsync()
        {
            await world.ForgetAsync(_last);
            Trees.RemoveAt(Trees.Count - 1);
        }

        /// <summary>By somebody whom nobody has heard of who reads the repository already.</summary>
        public async Task PruneAsNewMaintainerAsync(PruneOptions options)
        {
            using var machine = await TestHost.JoinAsync(world.Test, "late", HostRole.Maintainer, mayForget: true);
            using var maintainer = await RepositoryOpener.OpenWithMaintainerAsync(
                world.Test.Store, machine.MaintainerCredential, world.Environment, CancellationToken.None);
            await PruneWorld.PruneAsync(maintainer, options);
        }

        public async Task BackupAsync(HookedStore? store = null)
        {
            var result = await world.BackupAsync(store, new MemoryStateFolder());
            _last = Assert.NotNull(result.Snapshot);
            Trees.Add(world.Capture());
        }
    }
}
