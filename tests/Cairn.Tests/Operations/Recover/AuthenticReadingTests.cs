using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Check;
using Cairn.Engine.Operations.Prune;
using Cairn.Engine.Operations.Restore;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Keys;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Crypto;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Storage;
using Cairn.Engine.Storage.Decorators;
using Cairn.Testing.Simulated.Buckets;
using Cairn.Testing.Simulated.Stores;
using Cairn.Testing.State;
using Cairn.Testing.Trees;
using Cairn.Tests.Operations.Leases;

namespace Cairn.Tests.Operations.Recover;

/// <summary>Reading a bucket that somebody was in, before anybody has recovered it; and as it was before.</summary>
public class AuthenticReadingTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("longer")]
    [InlineData("shorter")]
    [InlineData("same length")]
    [InlineData("marker")]
    public async Task Where_packs_were_hidden_or_replaced_what_lies_below_is_read_and_that_is_told(string deed)
    {
        await using var world = await MakeAsync();
        var file = world.Source.Nodes["file"].Content!;
        var packs = world.Bucket.Versions().Where(version => version.Key.StartsWith("packs/")).ToList();
        foreach (var pack in packs)
        {
            var length = deed == "shorter" ? 100 : pack.Content.Length + (deed == "longer" ? 1000 : 0);
            if (deed == "marker")
                world.Bucket.Delete(Caller.Owner, pack.Key);
            else
                world.Bucket.Put(Caller.Owner, new PutRequest(pack.Key, world.Random.Bytes(length)));
        }
        var told = new HashSet<string>();
        var view = View(world, told);
        Assert.Equal(file, (await RestoreAsync(world, view)).Nodes["file"].Content);
        Assert.Superset(told, packs.Select(pack => pack.Key).ToHashSet());
        Assert.NotEmpty(told);
        Assert.Equal(told.Count, view.Replaced.Count);
    }

    [Fact]
    public async Task Records_that_were_overwritten_are_read_from_below_and_a_descriptor_by_its_signature()
    {
        await using var world = await MakeAsync();
        var file = world.Source.Nodes["file"].Content!;
        foreach (var version in world.Bucket.Versions())
            world.Bucket.Put(Caller.Owner, new PutRequest(version.Key, "junk"u8.ToArray()));
        var told = new HashSet<string>();
        Assert.Equal(file, (await RestoreAsync(world, View(world, told))).Nodes["file"].Content);
        Assert.Contains("cairn.json", told);
    }

    [Fact]
    public async Task Where_all_is_well_no_versions_are_listed_and_damage_without_another_version_stays_damage()
    {
        await using var world = await MakeAsync();
        var told = new HashSet<string>();
        await RestoreAsync(world, View(world, told));
        Assert.Empty(told);
        Assert.Equal(0, world.Bucket.Log.Count("ListObjectVersions"));
        foreach (var pack in world.Bucket.Versions().Where(version => version.Key.StartsWith("packs/")))
            world.Bucket.Corrupt(pack.Key, pack.VersionId, bytes =>
            {
                for (var i = 0; i < bytes.Length; i++)
                    bytes[i] ^= 1;
                return bytes;
            });
        await Assert.ThrowsAnyAsync<Exception>(() => RestoreAsync(world, View(world, told)));
        Assert.Empty(told);
    }

    [Fact]
    public async Task Check_tells_of_markers_and_of_what_was_put_on_top_but_not_of_what_a_prune_deleted()
    {
        await using var world = await MakeAsync();
        world.Source.File("file", world.Random.Bytes(50_000));
        world.Time.Advance(TimeSpan.FromMinutes(5));
        await world.BackupAsync();
        await world.ForgetAsync(keep: 1);
        world.Time.Advance(TimeSpan.FromDays(41));
        await world.PruneAsync(new PruneOptions
        {
            Grace = TimeSpan.Zero, UnfinishedAfter = TimeSpan.Zero, MaxUnusedPercent = 100,
        });
        Assert.Contains(world.Bucket.Versions(), version => version.IsDeleteMarker);
        Assert.Empty(await FindAsync());
        var packs = world.Bucket.Versions().GroupBy(version => version.Key)
            .Where(group => group.Key.StartsWith("packs/") && !group.Last().IsDeleteMarker).Select(group => group.Key)
            .ToList();
        world.Bucket.Delete(Caller.Owner, packs[0]);
        world.Bucket.Put(Caller.Owner, new PutRequest("cairn.json", "junk"u8.ToArray()));
        world.Bucket.Put(Caller.Owner, new PutRequest(packs[1], world.Bucket.Versions(packs[1])[0].Content));
        Assert.Equal(
            [
                ("cairn.json", CheckSeverity.Repairable), (packs[0], CheckSeverity.Repairable),
                (packs[1], CheckSeverity.Note),
            ],
            (await FindAsync()).Select(finding => (finding.Object, finding.Severity)).OrderBy(
                finding => finding.Object, StringComparer.Ordinal));

        async Task<IReadOnlyList<CheckFinding>> FindAsync()
        {
            var view = View(world, []);
            using var repository = await RepositoryOpener.OpenWithMaintainerAsync(
                view, world.Maintainer, world.Environment, Token);
            var retired = new RetiredLog(repository.Store, repository.Keys, repository.Signers);
            await retired.LookAsync(Token);
            var (index, _) = await LocalIndex.OpenAsync(
                repository, new MemoryStateFolder(), retired, IndexUse.Reading, Token);
            using (index)
                return await VersionCheck.RunAsync(view.Versions!, retired, index, Token);
        }
    }

    [Fact]
    public async Task The_past_shows_what_was_forgotten_pruned_hidden_or_overwritten_since_and_nothing_of_later()
    {
        await using var world = await MakeAsync();
        var first = world.Source.Nodes["file"].Content!;
        world.Time.Advance(TimeSpan.FromMinutes(5));
        var then = world.Bucket.Now;
        world.Time.Advance(TimeSpan.FromMinutes(5));
        world.Source.File("file", world.Random.Bytes(50_000));
        await world.BackupAsync();
        await world.ForgetAsync(keep: 1);
        world.Time.Advance(TimeSpan.FromDays(41));
        var pruned = await world.PruneAsync(new PruneOptions
        {
            Grace = TimeSpan.Zero, UnfinishedAfter = TimeSpan.Zero, MaxUnusedPercent = 100,
        });
        Assert.True(pruned.Deleted.Packs > 0);
        foreach (var key in world.Bucket.Versions().Select(version => version.Key).Distinct().ToList())
        {
            world.Bucket.Put(Caller.Owner, new PutRequest(key, "junk"u8.ToArray()));
            world.Bucket.Delete(Caller.Owner, key);
        }
        var store = new SimulatedStore(world.Bucket);
        var past = new PastStore(store, store.Versions!, then);
        Assert.Equal(first, (await RestoreAsync(world, past)).Nodes["file"].Content);
        var refusal = await Assert.ThrowsAsync<StoreException>(() => past.PutAsync(
            new ObjectKey("index/x"), [new byte[1]], PutOptions.Hot, Token));
        Assert.Equal(StoreErrorKind.Refused, refusal.Kind);
        await Assert.ThrowsAsync<StoreException>(() => past.DeleteAsync(ObjectNames.Descriptor, Token));
        var before = new PastStore(store, store.Versions!, then.AddYears(-1));
        Assert.Null(await before.StatAsync(ObjectNames.Descriptor, Token));
    }

    static AuthenticStore View(LeaseWorld world, HashSet<string> told)
    {
        var store = new SimulatedStore(world.Bucket);
        return new AuthenticStore(store, store.Versions!, key => told.Add(key.Value));
    }

    /// <summary>The only snapshot there is.</summary>
    static async Task<MemoryTarget> RestoreAsync(LeaseWorld world, IObjectStore store)
    {
        using var secret = new SealingKeySecret(new SealingKey(world.Init.RecoveryKey.Secret.Copy()));
        using var repository = await RepositoryOpener.OpenWithSecretAsync(store, secret, world.Environment, Token);
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), Token);
        var snapshot = Assert.Single((await SnapshotCatalog.ListAsync(repository, Token)).Snapshots);
        var target = new MemoryTarget();
        var result = await RestoreOperation.RunAsync(
            session, snapshot, target, new RestoreOptions { Workers = 2 }, new RestoreMonitor(), Token);
        Assert.Empty(result.Failures);
        return target;
    }

    static async Task<LeaseWorld> MakeAsync()
    {
        var world = await LeaseWorld.CreateAsync();
        world.Source.File("file", world.Random.Bytes(50_000));
        world.Time.Advance(TimeSpan.FromMinutes(5));
        await world.BackupAsync();
        return world;
    }
}
