using System.Text;
using Cairn.Engine.Chunking;
using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Operations.Init;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Keys;
using Cairn.Engine.Storage;
using Cairn.Testing.State;
using Cairn.Testing.Time;

namespace Cairn.Testing.Repositories;

/// <summary>
/// A repository in memory with small chunks and packs and a cheap passphrase, on a clock and a random source of its
/// own. Disposal fails if an operation kept a buffer.
/// </summary>
public sealed class TestRepository : IAsyncDisposable
{
    public const string Passphrase = "correct horse battery staple";
    static readonly ChunkerParameters SmallChunks = ChunkerParameters.TryCreate(1024, 8192, 32768)!;

    TestRepository(
        MemoryStore store, SeededRandom random, EagerTime time, InitResult init, EngineEnvironment environment)
    {
        Store = store;
        Random = random;
        Time = time;
        Init = init;
        Environment = environment;
    }

    public MemoryStore Store { get; }
    public SeededRandom Random { get; }
    public EagerTime Time { get; }
    public InitResult Init { get; }
    public EngineEnvironment Environment { get; }
    public MemoryStateFolder State { get; } = new();

    public static async Task<TestRepository> CreateAsync(ulong seed = 1, ChunkerParameters? chunking = null)
    {
        var random = new SeededRandom(seed);
        var time = new EagerTime();
        var environment = new EngineEnvironment(time, random, new BufferPool());
        var store = new MemoryStore(time);
        using var passphrase = SecretOf(Passphrase);
        var options = new InitOptions
        {
            Passphrase = passphrase, HostName = "testhost", Chunking = chunking ?? SmallChunks,
            PackBytes = Descriptor.PackBytesMin,
            PassphraseParameters = PassphraseParameters.TryCreate(
                new PassphraseSalt(random.Bytes(PassphraseSalt.Size)), PassphraseParameters.MemoryKiBMin,
                PassphraseParameters.PassesMin, PassphraseParameters.Lanes),
        };
        var init = await InitOperation.RunAsync(store, options, environment, CancellationToken.None);
        return new TestRepository(store, random, time, init, environment);
    }

    /// <summary>Opened with this host's credential: for backing up. The caller disposes it.</summary>
    public Task<Repository> OpenAsHostAsync() => RepositoryOpener.OpenWithCredentialAsync(
        Store, Init.Credential, Environment, CancellationToken.None);

    /// <summary>Opened with the recovery key, which costs no key derivation. The caller disposes it.</summary>
    public Task<Repository> OpenForReadingAsync() => OpenForReadingAsync(Store);

    /// <summary>The same through another store, usually a decorator around this one's.</summary>
    public async Task<Repository> OpenForReadingAsync(IObjectStore store)
    {
        using var secret = new SealingKeySecret(new SealingKey(Init.RecoveryKey.Secret.Copy()));
        return await RepositoryOpener.OpenWithSecretAsync(store, secret, Environment, CancellationToken.None);
    }

    public async Task<Repository> OpenWithPassphraseAsync(string passphrase = Passphrase)
    {
        using var secret = new PassphraseSecret(SecretOf(passphrase));
        return await RepositoryOpener.OpenWithSecretAsync(Store, secret, Environment, CancellationToken.None);
    }

    /// <summary>A copy of all objects: to damage one without the others noticing.</summary>
    public async Task<TestRepository> CopyAsync()
    {
        var store = new MemoryStore(Time);
        foreach (var (name, bytes) in await ObjectsAsync())
            store.Plant(name, bytes);
        return new TestRepository(store, Random, Time, Init, Environment);
    }

    public async Task<SortedDictionary<string, byte[]>> ObjectsAsync()
    {
        var objects = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        await foreach (var info in Store.ListAsync("", CancellationToken.None))
        {
            using var buffer = await Store.GetAsync(info.Key, ByteRange.Whole, 1 << 30, CancellationToken.None);
            objects.Add(info.Key.Value, buffer.Span.ToArray());
        }
        return objects;
    }

    public ValueTask DisposeAsync()
    {
        Invariant.That(Environment.Buffers.Outstanding == 0);
        return Store.DisposeAsync();
    }

    static SecretKey SecretOf(string text) => SecretKey.CopyFrom(Encoding.UTF8.GetBytes(text));
}
