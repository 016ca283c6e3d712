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

    readonly TaskCompletionSource _violated = new();
    readonly List<(string Prefix, TaskCompletionSource Next)> _waiting = [];

    public World(ulong seed, Mutation mutation)
    {
        Seed = seed;
        Mutation = mutation;
        Threads = new SimulatedThreads(seed ^ 0x5EED);
        Log = new SimulationLog(Threads.Clock);
        Random = new SeededRandom(seed);
        Bucket = new SimulatedBucket(Threads.Clock, new BucketOptions
        {
            HasVersions = Random.NextInt(3) > 0, PageMax = PageSizes[Random.NextInt(PageSizes.Length)],
        });
        Judge = new Judge(this);
    }

    public ulong Seed { get; }
    public Mutation Mutation { get; }
    public SimulatedThreads Threads { get; }
    public SimulatedClock Clock => Threads.Clock;
    public SimulationLog Log { get; }
    public Coverage Coverage { get; } = new();
    public SimulatedBucket Bucket { get; private set; }
    public Judge Judge { get; }
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
    public bool IsCalm { get; set; }

    public SeededRandom NewRandom() => new(Random.NextUInt64());

    public EngineEnvironment NewEnvironment(TimeProvider time, SeededRandom random) =>
        new(time, random, new BufferPool(keptBytesMax: 8 << 20)) { Threads = Threads };

    /// <summary>A view without faults, on which no time passes.</summary>
    public SimulatedStore Quiet(string name, bool mayWrite = false) =>
        new(Bucket, mayWrite ? new Caller(name, new Grant(S3Actions.All)) : CairnRoles.Restorer(name));

    public async Task InitAsync()
    {
        var random = NewRandom();
        var environment = NewEnvironment(Clock, random);
        using var passphrase = SecretOf(Passphrase);
        var options = new InitOptions
        {
            Passphrase = passphrase, HostName = "h0", Chunking = SmallChunks, PackBytes = Descriptor.PackBytesMin,
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
