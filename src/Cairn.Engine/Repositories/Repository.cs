using Cairn.Engine.Chunking;
using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;
using Cairn.Engine.Storage.Decorators;

namespace Cairn.Engine.Repositories;

/// <summary>
/// An opened repository: what it is, who may write in it, and whatever keys the opener had. Owns the keys, borrows the
/// store. Which operations are possible shows in <see cref="Host"/> (backing up), <see cref="Maintainer"/> (announcing
/// what is not needed) and <see cref="Secrets"/> (reading).
/// </summary>
public sealed class Repository : IDisposable
{
    readonly BlobIdHasher? _hasher;
    readonly CutRule? _cutRule;
    readonly PieceCutter? _pieceCutter;

    internal Repository(
        IObjectStore store, Descriptor descriptor, IReadOnlyList<Epoch> epochs, SharedKeys shared,
        EngineEnvironment environment)
    {
        Store = descriptor.Lease is { } lease ? new LockingStore(store, lease.Lock) : store;
        Descriptor = descriptor;
        Epochs = epochs;
        Shared = shared;
        Environment = environment;
        Keys = new EnvelopeKeys(descriptor.Id, shared.Index);
        if (shared.HasContentKeys)
        {
            _hasher = new BlobIdHasher(shared.BlobId);
            _cutRule = new CutRule(shared.Chunking, descriptor.Chunking);
            _pieceCutter = new PieceCutter(shared.Chunking);
        }
        foreach (var epoch in epochs)
            Signers.AddAdmin(epoch.Admin);
    }

    /// <summary>What is stored through it gets the lock that the descriptor asks for.</summary>
    public IObjectStore Store { get; }
    public Descriptor Descriptor { get; }
    public RepositoryId Id => Descriptor.Id;
    public IReadOnlyList<Epoch> Epochs { get; }
    public Epoch CurrentEpoch => Epochs[^1];
    public SharedKeys Shared { get; }
    public EnvelopeKeys Keys { get; }
    public SignerRegistry Signers { get; } = new();
    public EngineEnvironment Environment { get; }

    // Whoever opened as a maintainer has no key for these.
    public BlobIdHasher Hasher => Invariant.NotNull(_hasher);
    public CutRule CutRule => Invariant.NotNull(_cutRule);
    public PieceCutter PieceCutter => Invariant.NotNull(_pieceCutter);

    /// <summary>Where the chain of host records ends.</summary>
    public HostRecords.Tail HostTail { get; internal set; }

    /// <summary>Host records are missing in their chain, or damaged: somebody may be entitled who is not
    /// known.</summary>
    public bool HasHostGaps { get; internal set; }

    /// <summary>What was found wrong while opening, though not so wrong as to prevent it.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>This machine's identity, when opened with its credential.</summary>
    public HostIdentity? Host { get; internal set; }

    /// <summary>This machine's identity for maintenance, when opened with a maintainer's credential.</summary>
    public HostIdentity? Maintainer { get; internal set; }

    /// <summary>The epochs' secret keys, when opened with a passphrase or another secret.</summary>
    public RepositorySecrets? Secrets { get; internal set; }

    /// <summary>
    /// Reads anew who was let in: an operation may take days, and somebody be enrolled meanwhile. Nothing else may
    /// verify at the same time.
    /// </summary>
    public async Task LearnSignersAsync(CancellationToken cancellationToken)
    {
        var (tail, problems) = await HostRecords.ReadAsync(Store, Keys, Signers, cancellationToken);
        HostTail = tail;
        HasHostGaps = problems.Count > 0;
    }

    public HostIdentity RequireHost() => Host ?? throw new CredentialException(
        "this machine has no credential for the repository, so it cannot write to it");

    public RepositorySecrets RequireSecrets() => Secrets ?? throw new WrongKeyException(
        "this needs the repository's key: a host credential can add backups, but cannot read them. "
        + "Give the passphrase or the recovery key");

    /// <summary>
    /// Who maintains here: the admin where the repository was opened with a secret, else the owner of the credential if
    /// an admin endorsed it as a maintainer.
    /// </summary>
    public Signer RequireMaintainer()
    {
        if (Secrets is { } secrets)
            return secrets.Admin;
        return Maintainer is { } maintainer && Signers.IsActive(maintainer.Id)
            ? maintainer.Signer
            : throw new WrongKeyException(
                "this needs the repository's key, or the credential of a maintainer: a host may only add");
    }

    /// <summary>The same, for who may say that snapshots no longer count.</summary>
    public Signer RequireForgetter()
    {
        var signer = RequireMaintainer();
        return Signers.MayForget(signer.Id)
            ? signer
            : throw new WrongKeyException(
                "this maintainer was not endorsed for forgetting snapshots: give the passphrase or the recovery key");
    }

    public PackContext CreatePackContext() => CreatePackContext(RequireHost().Signer);

    internal PackContext CreatePackContext(Signer author) => new()
    {
        Keys = Keys, Domain = CurrentEpoch.Domain, Epoch = CurrentEpoch.Number, RestoreKey = CurrentEpoch.Restore,
        Author = author, Random = Environment.Random, Buffers = Environment.Buffers,
        PackBytes = Descriptor.PackBytes,
    };

    public void Dispose()
    {
        _hasher?.Dispose();
        _cutRule?.Dispose();
        _pieceCutter?.Dispose();
        Shared.Dispose();
        Host?.Dispose();
        Maintainer?.Dispose();
        Secrets?.Dispose();
    }
}

/// <summary>A host's name and signing key. Owns the key.</summary>
public sealed record HostIdentity(string Name, Signer Signer) : IDisposable
{
    public SignerId Id => Signer.Id;

    public void Dispose() => Signer.Dispose();
}

/// <summary>The seeds of all epochs and what follows from them. Owns them.</summary>
public sealed class RepositorySecrets : IDisposable
{
    readonly Dictionary<uint, SecretKey> _seeds;
    readonly Dictionary<uint, EpochKeys> _keys;
    readonly uint _newest;

    internal RepositorySecrets(Dictionary<uint, SecretKey> seeds, Dictionary<uint, EpochKeys> keys, uint newest)
    {
        _seeds = seeds;
        _keys = keys;
        _newest = newest;
        KeyRing = new PackKeyRing(keys.ToDictionary(epoch => epoch.Key, epoch => epoch.Value.RestoreSecret));
    }

    public IReadOnlyDictionary<uint, SecretKey> Seeds => _seeds;
    public IReadOnlyDictionary<uint, EpochKeys> Epochs => _keys;
    public PackKeyRing KeyRing { get; }

    /// <summary>The admin key that counts now: the newest epoch's.</summary>
    public Signer Admin => _keys.TryGetValue(_newest, out var keys) ? keys.AdminSigner : throw new WrongKeyException(
        $"this key opens the repository up to epoch {_keys.Keys.Max()} and not its newest, {_newest}: it can read what "
        + "was stored before the last rotation, and change nothing. Use another key");

    public void Dispose()
    {
        foreach (var keys in _keys.Values)
            keys.Dispose();
        foreach (var seed in _seeds.Values)
            seed.Dispose();
    }
}
