using Cairn.Engine.Chunking;
using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Keys;
using Cairn.Engine.Storage;
using Cairn.Engine.Storage.Decorators;

namespace Cairn.Engine.Operations.Init;

public sealed record InitOptions
{
    /// <summary>The passphrase that opens the repository. Borrowed.</summary>
    public required SecretKey Passphrase { get; init; }

    /// <summary>Name of the machine that is enrolled as the first host.</summary>
    public required string HostName { get; init; }

    public string PassphraseLabel { get; init; } = "passphrase";
    public ChunkerParameters Chunking { get; init; } = ChunkerParameters.Default;
    public int PackBytes { get; init; } = Descriptor.DefaultPackBytes;

    /// <summary>How long every object is to be locked; null for not at all.</summary>
    public LeasePolicy? Lease { get; init; }

    /// <summary>
    /// Keeps the recovery key and the credential safe. Called when everything but the descriptor is stored: if it
    /// fails, or the run is cut off before, there is no repository, and init is simply run again. So no repository
    /// ever comes to be whose recovery key nobody has.
    /// </summary>
    public Action<InitResult>? Save { get; init; }

    /// <summary>Tests take cheaper ones; null for the defaults.</summary>
    public PassphraseParameters? PassphraseParameters { get; init; }
}

/// <summary>The caller keeps these safe: nothing of them is stored in the repository. Owns its keys.</summary>
public sealed record InitResult(Descriptor Descriptor, SealingKey RecoveryKey, HostCredential Credential) : IDisposable
{
    public void Dispose()
    {
        RecoveryKey.Dispose();
        Credential.Dispose();
    }
}

/// <summary>
/// Makes a repository: two key slots (passphrase and recovery key), a roster, this machine as the first host, and last
/// the descriptor, which is what makes it one. A run that was cut off leaves keys of nothing, which later readers pass
/// over, and is simply run again.
/// </summary>
public static class InitOperation
{
    public static async Task<InitResult> RunAsync(
        IObjectStore store, InitOptions options, EngineEnvironment environment, CancellationToken cancellationToken)
    {
        await RequireEmptyAsync(store, cancellationToken);
        if (options.Lease is { } lease)
            store = new LockingStore(store, lease.Lock);
        using var seed = SecretKey.CreateRandom(KeyDerivation.KeySize, environment.Random);
        using var keys = EpochKeys.Derive(seed);
        var descriptor = new Descriptor
        {
            Id = keys.AdminSigner.PublicKey.ToRepositoryId(), Created = environment.Time.GetUtcNow(),
            Admin = keys.AdminSigner.PublicKey, Restore = keys.RestorePublic, Chunking = options.Chunking,
            PackBytes = options.PackBytes, Lease = options.Lease,
        };
        var recovery = RecoveryKey.Create(environment.Random);
        var hostSeed = SecretKey.CreateRandom(KeyDerivation.KeySize, environment.Random);

        // Slots before the descriptor: when the descriptor is there, the repository can be opened.
        await WriteKeysAsync(store, options, descriptor.Id, seed, keys, recovery, environment, cancellationToken);
        await EnrolAsync(store, options, descriptor.Id, keys, hostSeed, environment, cancellationToken);
        var credential = new HostCredential
        {
            Repository = descriptor.Id, Admin = descriptor.Admin, HostName = options.HostName, Domain = 0,
            Shared = new SharedKeys(keys.Shared.Index.Copy(), keys.Shared.BlobId.Copy(), keys.Shared.Chunking.Copy()),
            HostSeed = hostSeed,
        };
        var result = new InitResult(descriptor, recovery, credential);
        options.Save?.Invoke(result);
        await PutDescriptorAsync(store, descriptor, keys.AdminSigner, cancellationToken);
        return result;
    }

    static async Task RequireEmptyAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        try
        {
            await RepositoryOpener.ReadDescriptorAsync(store, cancellationToken);
        }
        catch (NoRepositoryException)
        {
            return;
        }
        throw new RepositoryExistsException($"there is a repository at {store.Location} already");
    }

    static async Task WriteKeysAsync(
        IObjectStore store, InitOptions options, RepositoryId id, SecretKey seed, EpochKeys keys, SealingKey recovery,
        EngineEnvironment environment, CancellationToken cancellationToken)
    {
        var seeds = new Dictionary<uint, SecretKey> { [0] = seed };
        var parameters = options.PassphraseParameters ?? PassphraseParameters.Create(environment.Random);
        using var passphrase = PassphraseKey.Derive(options.Passphrase.AsSpan(), parameters);
        var slots = new[]
        {
            KeyStore.CreateSlot(
                KeySlotKind.Passphrase, options.PassphraseLabel, passphrase.PublicKey, parameters, seeds, environment),
            KeyStore.CreateSlot(
                KeySlotKind.Recovery, "recovery key", recovery.PublicKey, passphrase: null, seeds, environment),
        };
        var hashes = new List<ObjectHash>();
        foreach (var slot in slots)
        {
            var stored = await KeyStore.PutSlotAsync(store, slot, id, keys.AdminSigner, environment, cancellationToken);
            hashes.Add(stored.Hash);
        }
        var roster = new Roster
        {
            Sequence = 1, Previous = null, Created = environment.Time.GetUtcNow(), Slots = hashes, Epochs = [],
        };
        await KeyStore.PutRosterAsync(store, roster, id, keys.AdminSigner, environment, cancellationToken);
    }

    static async Task EnrolAsync(
        IObjectStore store, InitOptions options, RepositoryId id, EpochKeys keys, SecretKey hostSeed,
        EngineEnvironment environment, CancellationToken cancellationToken)
    {
        using var host = new Signer(hostSeed);
        await HostRecords.EnrolAsync(
            store, new EnvelopeKeys(id, keys.Shared.Index), default, host.PublicKey, options.HostName, keys.AdminSigner,
            environment, cancellationToken);
    }

    static async Task PutDescriptorAsync(
        IObjectStore store, Descriptor descriptor, Signer admin, CancellationToken cancellationToken)
    {
        var encoded = descriptor.Encode(admin);
        // Whoever comes second in a race finds the other's descriptor, and must not hand out keys to it.
        if (await store.PutAsync(ObjectNames.Descriptor, [encoded], PutOptions.Hot, cancellationToken)
            == PutOutcome.Stored)
            return;
        var present = await RepositoryOpener.ReadDescriptorAsync(store, cancellationToken);
        if (present.Id != descriptor.Id)
            throw new RepositoryExistsException(
                $"somebody else has just created another repository at {store.Location}");
    }
}
