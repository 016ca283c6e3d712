using System.Text;
using Cairn.Engine.Chunking;
using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Operations;
using Cairn.Engine.Operations.Audit;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Operations.Forget;
using Cairn.Engine.Operations.Init;
using Cairn.Engine.Operations.Leases;
using Cairn.Engine.Operations.Prune;
using Cairn.Engine.Operations.Recover;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Keys;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Storage;
using Cairn.Engine.Storage.Decorators;
using Cairn.Testing;
using Cairn.Testing.Repositories;
using Cairn.Testing.Simulated.Buckets;
using Cairn.Testing.Simulated.Stores;
using Cairn.Testing.State;
using Cairn.Testing.Time;
using Cairn.Testing.Trees;
using Cairn.Tests.Operations.Backup;

namespace Cairn.Tests.Operations.Leases;

/// <summary>
/// A repository with leases in a simulated bucket: a host and a maintainer without a key, each with its own store
/// rights and no more, on a clock that stands still.
/// </summary>
sealed class LeaseWorld : IAsyncDisposable
{
    static readonly ChunkerParameters SmallChunks = ChunkerParameters.TryCreate(1024, 8192, 32768)!;

    LeaseWorld(SimulatedBucket bucket, ManualTime time, SeededRandom random, LeasePolicy policy, bool hasLease)
    {
        (Bucket, Time, Random, Policy, HasLease) = (bucket, time, random, policy, hasLease);
        Environment = new EngineEnvironment(time, random, new BufferPool());
        Source = new MemorySource(time);
    }

    public SimulatedBucket Bucket { get; }
    public ManualTime Time { get; }
    public SeededRandom Random { get; }
    public LeasePolicy Policy { get; }
    public bool HasLease { get; }
    public EngineEnvironment Environment { get; }
    public MemorySource Source { get; }
    public InitResult Init { get; private set; } = null!;
    public MaintainerCredential Maintainer { get; private set; } = null!;
    public MemoryStateFolder HostState { get; set; } = new();
    public MemoryStateFolder MaintainerState { get; set; } = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<LeaseWorld> CreateAsync(
        LeasePolicy? policy = null, BucketOptions? bucket = null, ulong seed = 1, bool hasLease = true)
    {
        var time = new ManualTime();
        var rules = new LifecycleRules { NoncurrentDays = 31, RemovesExpiredDeleteMarkers = true };
        var world = new LeaseWorld(
            new SimulatedBucket(time, (bucket ?? BucketOptions.Locked) with { Lifecycle = rules }), time,
            new SeededRandom(seed), policy ?? LeasePolicy.Of(ObjectLockMode.Compliance, 30), hasLease);
        await world.InitAsync();
        return world;
    }

    async Task InitAsync()
    {
        using var passphrase = SecretKey.CopyFrom("correct horse"u8);
        var options = new InitOptions
        {
            Passphrase = passphrase, HostName = "h1", Chunking = SmallChunks, PackBytes = Descriptor.PackBytesMin,
            Lease = HasLease ? Policy : null,
            PassphraseParameters = PassphraseParameters.TryCreate(
                new PassphraseSalt(Random.Bytes(PassphraseSalt.Size)), PassphraseParameters.MemoryKiBMin,
                PassphraseParameters.PassesMin, PassphraseParameters.Lanes),
        };
        Init = await InitOperation.RunAsync(new SimulatedStore(Bucket), options, Environment, Token);
        using var admin = await OpenAsAdminAsync();
        Maintainer = new MaintainerCredential
        {
            Repository = Init.Descriptor.Id, Admin = Init.Descriptor.Admin, Name = "m1", Domain = 0,
            Index = Init.Credential.Shared.Index.Copy(), Seed = await Endorsement.WriteAsync(admin, "m1"),
        };
    }

    public int LockDays => Policy.Days + Policy.SlackDays;

    public SimulatedStore HostStore()
    {
        using var signer = new Signer(Init.Credential.HostSeed);
        // Where the bucket locks by itself, a host has no right to.
        int? days = Bucket.Options.DefaultRetention is null ? LockDays : null;
        return new SimulatedStore(
            Bucket, HostCaller ?? CairnRoles.Host(signer.Id.ToString(), days),
            new SimulatedStoreOptions { DataClass = DataClass });
    }

    public SimulatedStore MaintainerStore() => new(Bucket, MaintainerCaller ?? CairnRoles.Maintainer(LockDays));

    /// <summary>Where hosts put data packs.</summary>
    public StorageClass DataClass { get; set; }

    /// <summary>Others than those of the design, if a test says so.</summary>
    public Caller? HostCaller { get; set; }
    public Caller? MaintainerCaller { get; set; }

    public async Task<BackupResult> BackupAsync()
    {
        using var repository = await RepositoryOpener.OpenWithCredentialAsync(
            HostStore(), Init.Credential, Environment, Token);
        var options = new BackupOptions
        {
            Source = "test", Roots = [Encoding.Latin1.GetBytes("/")], UserName = "someone", Program = "tests",
            Workers = 2,
        };
        return await BackupOperation.RunAsync(
            repository, HostState, new BackupInput { Files = Source }, options, new BackupMonitor(), Token);
    }

    public async Task<LeaseResult> LeaseAsync(
        LeaseOptions? options = null, IObjectStore? store = null, Engine.State.IStateFolder? state = null)
    {
        store ??= MaintainerStore();
        var originals = new OriginalsStore(store, store.Versions!, ObjectNames.Descriptor);
        using var repository = await RepositoryOpener.OpenWithMaintainerAsync(
            originals, Maintainer, Environment, Token);
        return await LeaseOperation.RunAsync(
            repository, originals, state ?? MaintainerState, options ?? new LeaseOptions(),
            new WorkMonitor("leases"), Token);
    }

    public async Task<AuditResult> AuditAsync(IObjectStore? store = null)
    {
        store ??= MaintainerStore();
        var originals = await store.KeepsVersionsAsync(Token)
            ? new OriginalsStore(store, store.Versions!, ObjectNames.Descriptor)
            : null;
        using var repository = await RepositoryOpener.OpenWithMaintainerAsync(
            originals ?? store, Maintainer, Environment, Token);
        return await AuditOperation.RunAsync(
            repository, originals, MaintainerState, new WorkMonitor("audit"), Token);
    }

    public async Task<RecoverPlan> PlanRecoveryAsync()
    {
        var store = new SimulatedStore(Bucket);
        using var repository = await RepositoryOpener.OpenWithMaintainerAsync(
            new OriginalsStore(store, store.Versions!, ObjectNames.Descriptor), Maintainer, Environment, Token);
        return await RecoverOperation.PlanAsync(
            repository, store.Versions!, new WorkMonitor("recovery"), Token);
    }

    public async Task<RecoverResult> RecoverAsync(RecoverPlan plan, Caller? caller = null)
    {
        var store = new SimulatedStore(Bucket, caller);
        using var repository = await RepositoryOpener.OpenWithMaintainerAsync(
            new OriginalsStore(store, store.Versions!, ObjectNames.Descriptor), Maintainer, Environment, Token);
        return await RecoverOperation.RunAsync(repository, store, plan, new WorkMonitor("recovery"), Token);
    }

    public async Task<PruneResult> PruneAsync(PruneOptions? options = null)
    {
        using var repository = await RepositoryOpener.OpenWithMaintainerAsync(
            MaintainerStore(), Maintainer, Environment, Token);
        return await PruneOperation.RunAsync(
            repository, MaintainerState, options ?? new PruneOptions(), new WorkMonitor("pruning"), Token);
    }

    public async Task<Repository> OpenAsAdminAsync()
    {
        using var secret = new SealingKeySecret(new SealingKey(Init.RecoveryKey.Secret.Copy()));
        return await RepositoryOpener.OpenWithSecretAsync(new SimulatedStore(Bucket), secret, Environment, Token);
    }

    /// <summary>All but the newest so many.</summary>
    public async Task ForgetAsync(int keep)
    {
        using var admin = await OpenAsAdminAsync();
        var snapshots = (await SnapshotCatalog.ListAsync(admin, Token)).Snapshots;
        await ForgetOperation.ForgetAsync(admin, [.. snapshots.SkipLast(keep)], Token);
    }

    /// <summary>By version, as the bucket has them.</summary>
    public Dictionary<string, Retention?> Locks() => Bucket.Versions().Where(version => !version.IsDeleteMarker)
        .ToDictionary(version => $"{version.Key}?{version.VersionId}", version => version.Retention);

    public ValueTask DisposeAsync()
    {
        Init.Dispose();
        Maintainer.Dispose();
        Assert.Equal(0, Environment.Buffers.Outstanding);
        return ValueTask.CompletedTask;
    }
}
