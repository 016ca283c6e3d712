using Cairn.Engine.Formats;
using Cairn.Engine.Operations;
using Cairn.Engine.Operations.Check;
using Cairn.Engine.Operations.Forget;
using Cairn.Engine.Operations.Prune;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Repositories.Writing;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Storage;
using Cairn.Testing.Repositories;
using Cairn.Testing.State;
using Cairn.Tests.Operations.Backup;

namespace Cairn.Tests.Operations.Prune;

/// <summary>Forgets and prunes in a <see cref="BackupWorld"/>, each time without any memory of the time
/// before.</summary>
static class PruneWorld
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Everything at once.</summary>
    public static PruneOptions AtOnce { get; } = new()
    {
        Grace = TimeSpan.Zero, UnfinishedAfter = TimeSpan.Zero, MaxUnusedPercent = 100,
    };

    /// <summary>
    /// Of three snapshots the second is forgotten. What it brought was new and in packs of its own, so these are needed
    /// by nothing: with what lasts in the same backup, workers might put a bit of that into each.
    /// </summary>
    public static async Task<BackupWorld> CreateWithForgottenAsync()
    {
        var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles(files: 4);
        await world.BackupAsync();
        var (first, _) = await world.ChangeAndBackupAsync("changing");
        await world.ChangeAndBackupAsync("changing");
        await world.ForgetAsync(first);
        return world;
    }

    public static async Task<PruneResult> PruneAsync(
        this BackupWorld world, PruneOptions? options = null, IObjectStore? store = null)
    {
        using var admin = await world.OpenAsAdminAsync(store);
        return await PruneAsync(admin, options);
    }

    public static async Task<PruneResult> PruneAsync(Repository repository, PruneOptions? options = null)
    {
        var state = new MemoryStateFolder();
        return await PruneOperation.RunAsync(
            repository, state, options ?? AtOnce, new WorkMonitor("pruning"), Token);
    }

    /// <summary>On the world's clock.</summary>
    public static async Task<Repository> OpenAsAdminAsync(this BackupWorld world, IObjectStore? store = null)
    {
        using var secret = new Cairn.Engine.Repositories.Keys.SealingKeySecret(
            new Cairn.Engine.Crypto.SealingKey(world.Test.Init.RecoveryKey.Secret.Copy()));
        return await RepositoryOpener.OpenWithSecretAsync(
            store ?? world.Test.Store, secret, world.Environment, Token);
    }

    public static async Task ForgetAsync(this BackupWorld world, params SnapshotName[] names)
    {
        using var admin = await world.OpenAsAdminAsync();
        var snapshots = (await SnapshotCatalog.ListAsync(admin, Token)).Snapshots
            .Where(snapshot => names.Contains(snapshot.Name)).ToList();
        Assert.Equal(names.Length, snapshots.Count);
        await ForgetOperation.ForgetAsync(admin, snapshots, Token);
    }

    /// <summary>Backs up another state of the source, and says what it was.</summary>
    public static async Task<(SnapshotName Name, SortedDictionary<string, Expected> Tree)> ChangeAndBackupAsync(
        this BackupWorld world, params string[] names)
    {
        foreach (var name in names)
            world.Source.File(name, world.Random.Bytes(3_000_000));
        world.Wait();
        var result = await world.BackupAsync();
        world.Wait();
        return (result.Snapshot!.Value, world.Capture());
    }

    /// <summary>A check that reads all there is finds nothing at all to say but notes.</summary>
    public static async Task AssertSoundAsync(this BackupWorld world)
    {
        var result = await world.CheckAsync();
        Assert.DoesNotContain(result.Findings, finding => finding.Severity != CheckSeverity.Note);
        Assert.Equal(0, result.LostFileCount);
    }

    /// <summary>Reads all there is.</summary>
    public static async Task<CheckResult> CheckAsync(this BackupWorld world)
    {
        using var admin = await world.OpenAsAdminAsync();
        using var session = await ReadSession.OpenAsync(admin, new MemoryStateFolder(), Token);
        return await CheckOperation.RunAsync(
            session, new CheckOptions { ReadDataPercent = 100, Workers = 1 }, new CheckMonitor(), Token);
    }

    public static async Task<RetiredLog> ReadRetiredAsync(this BackupWorld world)
    {
        using var admin = await world.OpenAsAdminAsync();
        var log = new RetiredLog(admin.Store, admin.Keys, admin.Signers);
        await log.LookAsync(Token);
        return log;
    }

    /// <summary>Announces as another maintainer would.</summary>
    public static async Task AnnounceAsync(this BackupWorld world, Func<RetiredAnnouncer, Task> announce)
    {
        using var admin = await world.OpenAsAdminAsync();
        var log = new RetiredLog(admin.Store, admin.Keys, admin.Signers);
        await log.LookAsync(Token);
        await announce(new RetiredAnnouncer(admin, log, admin.RequireMaintainer()));
    }

    public static ObjectHash PackOf(string name)
    {
        Assert.True(ObjectNames.TryParsePack(new ObjectKey(name), out var pack));
        return pack;
    }
}
