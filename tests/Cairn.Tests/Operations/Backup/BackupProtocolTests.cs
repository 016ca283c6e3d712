using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;
using Cairn.Testing.Repositories;
using Cairn.Testing.Stores;
using Cairn.Testing.Trees;

namespace Cairn.Tests.Operations.Backup;

/// <summary>The host's side of docs/design/commit-protocol.md, against a maintainer who acts at the worst
/// moments.</summary>
public sealed class BackupProtocolTests
{
    [Fact]
    public async Task Packs_come_before_the_index_the_index_before_the_ledger_and_the_ledger_before_the_snapshot_H1_H3()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles();
        var store = new HookedStore(world.Test.Store);
        await world.BackupAsync(store);
        var events = store.Events.ToList();
        var packs = Last(events, StoreMember.Put, "packs/", isEnd: true);
        Assert.InRange(packs, First(events, StoreMember.Put, "packs/"), First(events, StoreMember.Put, "index/"));
        Assert.InRange(
            Last(events, StoreMember.Put, "index/", isEnd: true), packs, First(events, StoreMember.Put, "ledgers/"));
        var ledger = Last(events, StoreMember.Put, "ledgers/", isEnd: true);
        var snapshot = First(events, StoreMember.Put, "snapshots/");
        // H4: a look between ledger and snapshot; H5: and one behind it, the last thing there is.
        Assert.Contains(events[ledger..snapshot], e => e is { Member: StoreMember.List, Name: "retired/" });
        var end = Last(events, StoreMember.Put, "snapshots/", isEnd: true);
        Assert.Contains(events[end..], e => e is { Member: StoreMember.List, Name: "retired/" });
    }

    [Fact]
    public async Task Nothing_is_deleted_or_overwritten_by_any_backup_INV_2()
    {
        await using var world = await BackupWorld.CreateAsync();
        var store = new HookedStore(world.Test.Store);
        for (var generation = 0; generation < 3; generation++)
        {
            world.AddSomeFiles();
            await world.BackupAsync(store);
        }
        Assert.DoesNotContain(store.Events, e => e.Member == StoreMember.Delete);
        Assert.Equal(store.Puts.Distinct().Count(), store.Puts.Count());
    }

    [Fact]
    public async Task What_was_condemned_before_is_not_used_again_H2()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles();
        await world.BackupAsync();
        var packs = PackHashes(world);
        using var admin = await world.Test.OpenForReadingAsync();
        await new ScriptedMaintainer(world.Test, admin).CondemnAsync(packs);
        var result = await world.BackupAsync();
        Assert.Empty((await NamedByAsync(world, result)).Intersect(packs));
        foreach (var pack in packs)
            await world.Test.Store.DeleteAsync(ObjectNames.Pack(pack), TestContext.Current.CancellationToken);
        await world.AssertRestoresAsync(result.Snapshot, world.Capture());
    }

    [Theory]
    [InlineData("packs/")]
    [InlineData("index/")]
    [InlineData("ledgers/")]
    public async Task A_condemnation_before_the_look_makes_the_run_store_again_H4(string moment)
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles();
        await world.BackupAsync();
        var old = PackHashes(world);
        world.Source.File("dir0/new", world.Random.Bytes(10_000));
        world.Wait();
        using var admin = await world.Test.OpenForReadingAsync();
        var maintainer = new ScriptedMaintainer(world.Test, admin);
        var isDone = false;
        var store = new HookedStore(world.Test.Store);
        store.After = async (member, name) =>
        {
            if (isDone || member != StoreMember.Put || !name.StartsWith(moment, StringComparison.Ordinal))
                return;
            isDone = true;
            await maintainer.CondemnAsync(old);
        };
        var result = await world.BackupAsync(store);
        Assert.True(isDone);
        Assert.Empty((await NamedByAsync(world, result)).Intersect(old));
        Assert.Single(store.Puts, name => name.StartsWith("snapshots/", StringComparison.Ordinal));
        Assert.Equal(15, result.Statistics.Files);
        await maintainer.DeleteAsync(old);
        await world.AssertRestoresAsync(result.Snapshot, world.Capture());
    }

    [Fact]
    public async Task A_condemnation_by_somebody_endorsed_since_the_run_began_is_heeded_H4_S4()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles();
        await world.BackupAsync();
        var old = PackHashes(world);
        world.Source.File("dir0/new", world.Random.Bytes(10_000));
        world.Wait();
        var store = new HookedStore(world.Test.Store);
        var isDone = false;
        store.Before = async (member, name) =>
        {
            if (isDone || member != StoreMember.Put || !name.StartsWith("ledgers/", StringComparison.Ordinal))
                return;
            isDone = true;
            using var admin = await world.Test.OpenForReadingAsync();
            using var seed = await Endorsement.WriteAsync(admin, "maintainer");
            using var signer = new Signer(seed);
            var maintainer = new RetiredWriter(admin.Keys, signer, world.Environment, world.Test.Store);
            await maintainer.CondemnAsync(old, TestContext.Current.CancellationToken);
            await maintainer.ListDeletionAsync(old, TestContext.Current.CancellationToken);
            foreach (var pack in old)
                await world.Test.Store.DeleteAsync(ObjectNames.Pack(pack), TestContext.Current.CancellationToken);
        };
        var result = await world.BackupAsync(store);
        Assert.True(isDone);
        Assert.Empty((await NamedByAsync(world, result)).Intersect(old));
        await world.AssertRestoresAsync(result.Snapshot, world.Capture());
    }

    [Fact]
    public async Task The_packs_of_the_run_itself_may_be_condemned_H4()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles();
        using var admin = await world.Test.OpenForReadingAsync();
        var maintainer = new ScriptedMaintainer(world.Test, admin);
        var rounds = 0;
        var condemned = new List<ObjectHash>();
        var store = new HookedStore(world.Test.Store);
        store.After = async (member, name) =>
        {
            if (member != StoreMember.Put || !name.StartsWith("ledgers/", StringComparison.Ordinal) || ++rounds > 3)
                return;
            condemned = [.. PackHashes(world)];
            await maintainer.CondemnAsync([.. condemned]);
        };
        var result = await world.BackupAsync(store);
        Assert.Equal(4, rounds);
        Assert.Empty((await NamedByAsync(world, result)).Intersect(condemned));
        await maintainer.DeleteAsync([.. condemned]);
        await world.AssertRestoresAsync(result.Snapshot, world.Capture());
    }

    [Fact]
    public async Task A_run_that_is_condemned_again_and_again_gives_up_and_says_so()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles(files: 2);
        using var admin = await world.Test.OpenForReadingAsync();
        var maintainer = new ScriptedMaintainer(world.Test, admin);
        var store = new HookedStore(world.Test.Store);
        store.After = (member, name) =>
            member == StoreMember.Put && name.StartsWith("ledgers/", StringComparison.Ordinal)
            ? maintainer.CondemnAsync(PackHashes(world))
            : Task.CompletedTask;
        await Assert.ThrowsAsync<CommitException>(() => world.BackupAsync(store));
        Assert.Empty(world.Names("snapshots/"));
    }

    [Fact]
    public async Task A_stream_whose_packs_are_condemned_fails_and_commits_nothing()
    {
        await using var world = await BackupWorld.CreateAsync();
        using var admin = await world.Test.OpenForReadingAsync();
        var maintainer = new ScriptedMaintainer(world.Test, admin);
        var store = new HookedStore(world.Test.Store);
        store.After = (member, name) =>
            member == StoreMember.Put && name.StartsWith("ledgers/", StringComparison.Ordinal)
            ? maintainer.CondemnAsync(PackHashes(world))
            : Task.CompletedTask;
        var input = new BackupInput { Streams = [new TestStream("dump", world.Random.Bytes(100_000))] };
        await Assert.ThrowsAsync<CommitException>(() => world.BackupAsync(store, input: input));
        Assert.Empty(world.Names("snapshots/"));
    }

    [Theory]
    [InlineData("ledgers/", false)]
    [InlineData("ledgers/", true)]
    [InlineData("snapshots/", false)]
    [InlineData("snapshots/", true)]
    public async Task A_ledger_that_is_to_be_void_is_followed_by_another_without_reading_again_H5(
        string moment, bool isStream)
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles();
        using var admin = await world.Test.OpenForReadingAsync();
        var maintainer = new ScriptedMaintainer(world.Test, admin);
        var ledgers = new List<ObjectHash>();
        var store = new HookedStore(world.Test.Store);
        store.After = async (member, name) =>
        {
            if (member != StoreMember.Put)
                return;
            if (ObjectNames.TryParseLedger(new ObjectKey(name), out _, out var ledger))
                ledgers.Add(ledger.Hash);
            if (ledgers.Count == 1 && name.StartsWith(moment, StringComparison.Ordinal))
                await maintainer.ProposeVoidAsync(ledgers[0]);
        };
        var content = world.Random.Bytes(100_000);
        var result = await world.BackupAsync(store, input: isStream
            ? new BackupInput { Streams = [new TestStream("dump", content)] }
            : null);
        Assert.Equal(2, ledgers.Count);
        Assert.Equal(ledgers[1], result.Snapshot!.Value.Ledger);
        if (isStream)
            Assert.Equal(content, (await world.RestoreAsync(result.Snapshot.Value)).Nodes["dump"].Content);
        else
        {
            Assert.Equal(13, world.Source.Opened.Count);
            await world.AssertRestoresAsync(result.Snapshot, world.Capture());
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_snapshot_that_was_forgotten_before_the_last_look_is_not_reported_H5(bool isVoid)
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles();
        using var admin = await world.Test.OpenForReadingAsync();
        var maintainer = new ScriptedMaintainer(world.Test, admin);
        // The answer to the PUT comes late: by then all of it is gone.
        var store = new HookedStore(world.Test.Store);
        store.After = async (member, name) =>
        {
            if (member != StoreMember.Put || !ObjectNames.TryParseSnapshot(new ObjectKey(name), out var snapshot))
                return;
            await maintainer.ForgetAsync(snapshot.Hash);
            if (isVoid)
                await maintainer.ProposeVoidAsync(snapshot.Ledger);
            var packs = PackHashes(world);
            await maintainer.CondemnAsync(packs);
            await maintainer.DeleteAsync(packs);
        };
        var failure = await Assert.ThrowsAsync<CommitException>(() => world.BackupAsync(store));
        Assert.Contains("forgotten", failure.Message);
        Assert.Single(world.Names("snapshots/"));
        Assert.Equal(0, await world.AssertAllRestoreAsync());

        // And the next run finds its way unaided, whatever the failed one remembered.
        var result = await world.BackupAsync();
        await world.AssertRestoresAsync(result.Snapshot, world.Capture());
    }

    [Fact]
    public async Task A_condemnation_that_comes_after_the_snapshot_changes_nothing()
    {
        await using var world = await BackupWorld.CreateAsync();
        using var admin = await world.Test.OpenForReadingAsync();
        var maintainer = new ScriptedMaintainer(world.Test, admin);
        var store = new HookedStore(world.Test.Store);
        store.After = (member, name) =>
            member == StoreMember.Put && name.StartsWith("snapshots/", StringComparison.Ordinal)
            ? maintainer.CondemnAsync(PackHashes(world))
            : Task.CompletedTask;
        var content = world.Random.Bytes(100_000);
        var result = await world.BackupAsync(
            store, input: new BackupInput { Streams = [new TestStream("dump", content)] });
        Assert.Equal(content, (await world.RestoreAsync(result.Snapshot!.Value)).Nodes["dump"].Content);
    }

    [Fact]
    public async Task Interim_ledgers_name_only_packs_that_an_index_object_names_H1_H6()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles(files: 60, bytes: 200_000);
        var store = new HookedStore(world.Test.Store);
        store.After = (member, name) => world.ForceCheckpointAsync(store, member, name);
        // While the first index object is under way, more packs are stored and registered.
        var packsAtIndex = -1;
        store.Before = async (member, name) =>
        {
            if (member != StoreMember.Put || packsAtIndex >= 0 || !name.StartsWith("index/", StringComparison.Ordinal))
                return;
            packsAtIndex = Packs();
            var watch = System.Diagnostics.Stopwatch.StartNew();
            while (Packs() < packsAtIndex + 4 && watch.Elapsed < TimeSpan.FromSeconds(5))
                await Task.Yield();
        };
        int Packs() => store.Puts.Count(put => put.StartsWith("packs/", StringComparison.Ordinal));
        var result = await world.BackupAsync(store);
        using var host = await world.Test.OpenAsHostAsync();
        var indexed = new HashSet<PackPrefix>();
        var interim = 0;
        foreach (var name in store.Puts)
        {
            using var bytes = await world.Test.Store.GetAsync(
                new ObjectKey(name), ByteRange.Whole, 1 << 26, TestContext.Current.CancellationToken);
            if (name.StartsWith("index/", StringComparison.Ordinal))
            {
                var opened = IndexEnvelope.Open(ObjectType.Index, bytes.Span, host.Keys, host.Signers);
                indexed.UnionWith(
                    IndexCodec.Decode(opened.Body.Span).Tables.Select(table => PackPrefix.Of(table.Name)));
            }
            else if (name.StartsWith("ledgers/", StringComparison.Ordinal))
            {
                var ledger = LedgerCodec.Decode(
                    IndexEnvelope.Open(ObjectType.Ledger, bytes.Span, host.Keys, host.Signers).Body);
                Assert.All(ledger.Packs, pack => Assert.Contains(pack.Prefix, indexed));
                interim += ledger.Kind == LedgerKind.Interim ? 1 : 0;
            }
        }
        Assert.True(interim > 0, "no checkpoint was made");
        await world.AssertRestoresAsync(result.Snapshot, world.Capture());
    }

    [Fact]
    public async Task A_host_that_was_never_enrolled_does_not_back_up()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles(files: 1);
        foreach (var name in world.Names("hosts/").ToList())
            await world.Test.Store.DeleteAsync(new ObjectKey(name), TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<CredentialException>(() => world.BackupAsync());
        Assert.Empty(world.Names("packs/"));
    }

    static ObjectHash[] PackHashes(BackupWorld world) =>
    [
        .. world.Names("packs/").Select(name =>
            ObjectNames.TryParsePack(new ObjectKey(name), out var hash) ? hash
                : throw new InvalidOperationException(name)),
    ];

    static async Task<List<ObjectHash>> NamedByAsync(BackupWorld world, BackupResult result)
    {
        var name = result.Snapshot!.Value;
        using var host = await world.Test.OpenAsHostAsync();
        using var bytes = await world.Test.Store.GetAsync(
            ObjectNames.Ledger(name.Host, name.Ulid, name.Ledger), ByteRange.Whole, 1 << 26,
            TestContext.Current.CancellationToken);
        var ledger = LedgerCodec.Decode(
            IndexEnvelope.Open(ObjectType.Ledger, bytes.Span, host.Keys, host.Signers).Body);
        return [.. PackHashes(world).Where(pack => ledger.Packs.Any(named => named.Prefix == PackPrefix.Of(pack)))];
    }

    static int First(List<StoreEvent> events, StoreMember member, string prefix) => events.FindIndex(
        e => e.Member == member && e.Name.StartsWith(prefix, StringComparison.Ordinal));

    static int Last(List<StoreEvent> events, StoreMember member, string prefix, bool isEnd) => events.FindLastIndex(
        e => e.Member == member && e.IsEnd == isEnd && e.Name.StartsWith(prefix, StringComparison.Ordinal));
}
