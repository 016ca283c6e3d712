using System.Text;
using Cairn.Engine.Chunking;
using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Operations.Init;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Keys;
using Cairn.Engine.Storage;
using Cairn.Simulation.Hosts;
using Cairn.Simulation.Judging;
using Cairn.Testing;
using Cairn.Testing.Simulated.Buckets;
using Cairn.Testing.Simulated.Scheduling;
using Cairn.Testing.Simulated.Stores;
using Cairn.Testing.State;

namespace Cairn.Simulation.Worlds;

/// <summary>
/// What everybody in one life shares: one store, one clock, one schedule, and the judge. All of it follows from the
/// seed.
/// </summary>
sealed class World
{
    static readonly ChunkerParameters SmallChunks = ChunkerParameters.TryCreate(1024, 8192, 32768)!;
    static readonly int[] PageSizes = [3, 20, 1000];
    static readonly LeasePolicy ShortLocks = LeasePolicy.Of(ObjectLockMode.Compliance, days: 30);
    static readonly LifecycleRules Sweeping = new() { NoncurrentDays = 3, RemovesExpiredDeleteMarkers = true };

    readonly World? _first;
    readonly TaskCompletionSource _violated = new();
    bool _isCalm;
    readonly List<(string Prefix, TaskCompletionSource Next)> _waiting = [];

    public World(ulong seed, Mutation mutation)
    {
        Mutation = mutation;
        Kind = LifeKinds.Of(seed, mutation);
        HasMeetings = LifeKinds.HasMeetings(seed, mutation);
        Threads = new SimulatedThreads(seed ^ 0x5EED);
        Log = new SimulationLog(Threads.Clock);
        Coverage = new Coverage();
        Runs = [];
        Random = new SeededRandom(seed);
        Bucket = NewBucket();
        Judge = new Judge(this);
    }

    /// <summary>A second repository of the same life, with keys of its own.</summary>
    World(World first)
    {
        _first = first;
        (Mutation, Kind, Threads, Log, Coverage, Runs) =
            (first.Mutation, first.Kind, first.Threads, first.Log, first.Coverage, first.Runs);
        Random = first.NewRandom();
        Bucket = NewBucket();
        Judge = new Judge(this);
    }

    public Mutation Mutation { get; }
    public LifeKind Kind { get; }
    public bool HasMeetings { get; }
    public SimulatedThreads Threads { get; }
    public SimulatedClock Clock => Threads.Clock;
    public SimulationLog Log { get; }
    public Coverage Coverage { get; }
    public SimulatedBucket Bucket { get; private set; }
    public Judge Judge { get; }

    /// <summary>Of all repositories: a copy of a snapshot is of the run that made the original.</summary>
    public List<HostRun> Runs { get; }

    /// <summary>How long everything is locked; null where nothing is.</summary>
    public LeasePolicy? Lease => Kind == LifeKind.Leases ? ShortLocks : null;

    /// <summary>The longest lock that anybody may set.</summary>
    public int LockDays => ShortLocks.Days + ShortLocks.SlackDays;
    public InitResult Init { get; private set; } = null!;

    /// <summary>The recovery key that counts now; the passphrase too.</summary>
    public SealingKey RecoveryKey { get; set; } = null!;
    public string Passphrase { get; set; } = "correct horse";

    /// <summary>How many operations it took to make the repository.</summary>
    public long InitOperations { get; private set; }

    public List<SimulatedHost> Machines { get; } = [];

    /// <summary>For decisions that nobody else takes; each actor has a source of its own.</summary>
    public SeededRandom Random { get; }

    /// <summary>Completes when an invariant is broken.</summary>
    public Task Violated => _violated.Task;

    public string? Violation { get; private set; }

    /// <summary>From now on nothing goes wrong any more.</summary>
    public bool IsCalm
    {
        get => _first?.IsCalm ?? _isCalm;
        set => _isCalm = value;
    }

    public SeededRandom NewRandom() => new(Random.NextUInt64());

    public EngineEnvironment NewEnvironment(TimeProvider time, SeededRandom random) =>
        new(time, random, new BufferPool(keptBytesMax: 8 << 20)) { Threads = Threads };

    SimulatedBucket NewBucket()
    {
        var options = new BucketOptions
        {
            HasVersions = Random.NextInt(3) > 0, PageMax = PageSizes[Random.NextInt(PageSizes.Length)],
        };
        return new SimulatedBucket(Clock, Lease is null
            ? options
            : options with { HasVersions = true, HasObjectLock = true, Lifecycle = Sweeping });
    }

    /// <summary>A view without faults, on which no time passes.</summary>
    public SimulatedStore Quiet(string name, bool mayWrite = false) =>
        new(Bucket, mayWrite ? new Caller(name, new Grant(S3Actions.All)) : CairnRoles.Restorer(name));

    /// <summary>Another one beside it, to be copied into.</summary>
    public async Task<World> NewBesideAsync()
    {
        var other = new World(this);
        await other.InitAsync();
        await other.Judge.LearnSignersAsync();
        return other;
    }

    public async Task InitAsync()
    {
        var random = NewRandom();
        var environment = NewEnvironment(Clock, random);
        using var passphrase = SecretOf(Passphrase);
        var options = new InitOptions
        {
            Passphrase = passphrase, HostName = "h0", Lease = Lease, Chunking = SmallChunks,
            PackBytes = Descriptor.PackBytesMin,
            PassphraseParameters = CheapParameters(random),
        };
        Init = await InitOperation.RunAsync(
            Quiet("owner", mayWrite: true), options, environment, CancellationToken.None);
        RecoveryKey = Init.RecoveryKey;
        InitOperations = Bucket.Versions().Max(version => version.Operation);
    }

    /// <summary>From now on everybody goes on with a copy; whoever is late still writes to the old one.</summary>
    public void MoveTo(SimulatedBucket copy)
    {
        Bucket = copy;
        InitOperations = copy.Versions().Max(version => version.Operation);
    }

    /// <summary>Judges what would be if the store had done that.</summary>
    public void JudgeDamage(Damage damage, SeededRandom random)
    {
        Log.Add($"what if: {damage}");
        if (new DamageJudgement(this, damage, random).Run() is { } wrong)
            throw Fail(wrong);
    }

    /// <summary>Somebody's credential, and what its machine remembers.</summary>
    public (HostCredential Credential, MemoryStateFolder State) DrawMachine(SeededRandom random)
    {
        var machine = Machines[random.NextInt(Machines.Count)];
        return (machine.Credential, machine.CopyState());
    }

    public async Task<Repository> OpenForReadingAsync(IObjectStore store, EngineEnvironment environment)
    {
        while (true)
        {
            var key = RecoveryKey;
            using var secret = new SealingKeySecret(new SealingKey(key.Secret.Copy()));
            try
            {
                return await RepositoryOpener.OpenWithSecretAsync(store, secret, environment, CancellationToken.None);
            }
            catch (WrongKeyException) when (RecoveryKey != key)
            {
                // Replaced while this one was frozen: whoever typed the old one types the new.
            }
        }
    }

    /// <summary>Ends this life: an invariant is broken.</summary>
    public ViolationException Fail(string what)
    {
        if (_first is not null)
            return _first.Fail($"in the repository of copies: {what}");
        if (Violation is null)
        {
            Violation = what;
            Log.Add($"VIOLATION {what}");
            _violated.SetException(new ViolationException(what));
        }
        return new ViolationException(what);
    }

    public void Require(bool condition, string what)
    {
        if (!condition)
            throw Fail(what);
    }

    public MaintainerCredential NewMaintainer(string name, SecretKey seed) => new()
    {
        Repository = Init.Credential.Repository, Admin = Init.Credential.Admin, Name = name,
        Domain = Init.Credential.Domain, Index = Init.Credential.Shared.Index.Copy(), Seed = seed.Copy(),
    };

    /// <summary>Until an object of that kind has just been stored, or for so long.</summary>
    public async Task NextAsync(string prefix, TimeSpan most)
    {
        var next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Add((prefix, next));
        using var timer = Clock.CreateTimer(_ => next.TrySetResult(), state: null, most, Timeout.InfiniteTimeSpan);
        await next.Task;
    }

    /// <summary>Wakes those who wait for it.</summary>
    public void TellOf(string name)
    {
        var told = _waiting.FindAll(waiting => name.StartsWith(waiting.Prefix, StringComparison.Ordinal));
        _waiting.RemoveAll(told.Contains);
        told.ForEach(waiting => waiting.Next.TrySetResult());
    }

    public Task WaitAsync(SeededRandom random, TimeSpan most) =>
        Task.Delay(most * (random.NextInt(1000) / 1000.0), Clock);

    public static SecretKey SecretOf(string text) => SecretKey.CopyFrom(Encoding.UTF8.GetBytes(text));

    public static PassphraseParameters CheapParameters(SeededRandom random) => PassphraseParameters.TryCreate(
        new PassphraseSalt(random.Bytes(PassphraseSalt.Size)), PassphraseParameters.MemoryKiBMin,
        PassphraseParameters.PassesMin, PassphraseParameters.Lanes)!;
}
