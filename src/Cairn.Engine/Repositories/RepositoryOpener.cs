using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories.Keys;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Repositories;

/// <summary>Opens repositories (docs/format.md, section 15).</summary>
public static class RepositoryOpener
{
    public static async Task<Descriptor> ReadDescriptorAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        try
        {
            using var buffer = await store.GetAsync(
                ObjectNames.Descriptor, ByteRange.Whole, Limits.DescriptorBytes, cancellationToken);
            return ObjectReader.Decode(ObjectNames.Descriptor, () => Descriptor.Decode(buffer.Span));
        }
        catch (StoreException e) when (e.Kind == StoreErrorKind.NotFound)
        {
            // Keys and hosts alone are what an interrupted init leaves: nothing is lost with them, and init may go on.
            if (await FindRemainsAsync(store, cancellationToken) is { } remains)
                throw new DamagedObjectException(
                    ObjectNames.Descriptor, FailureKind.Framing,
                    $"the descriptor is missing, though other objects of a repository are there ({remains}). "
                    + "Do not create a new repository here", e);
            throw new NoRepositoryException(
                $"there is no repository at {store.Location}. "
                + $"To create one: cairn -r {ShellWord.Quote(store.Location)} init");
        }
    }

    /// <summary>Opens for backing up: the credential reads no history.</summary>
    public static async Task<Repository> OpenWithCredentialAsync(
        IObjectStore store, HostCredential credential, EngineEnvironment environment,
        CancellationToken cancellationToken) => await OpenWithCredentialAsync(
            store, await ReadDescriptorAsync(store, cancellationToken), credential, environment, cancellationToken);

    /// <summary>As the other, with a descriptor that was just read.</summary>
    public static async Task<Repository> OpenWithCredentialAsync(
        IObjectStore store, Descriptor descriptor, HostCredential credential, EngineEnvironment environment,
        CancellationToken cancellationToken)
    {
        RequirePinned(store, descriptor, credential.Repository, credential.Admin);
        var epochs = await EpochChain.ReadAsync(store, descriptor, cancellationToken);
        var shared = new SharedKeys(
            credential.Shared.Index.Copy(), credential.Shared.BlobId.Copy(), credential.Shared.Chunking.Copy());
        var repository = new Repository(store, descriptor, epochs, shared, environment)
        {
            Host = new HostIdentity(credential.HostName, new Signer(credential.HostSeed)),
        };
        return await WithSignersAsync(repository, cancellationToken);
    }

    /// <summary>Opens for maintenance: the credential reads no history and cannot add to it.</summary>
    public static async Task<Repository> OpenWithMaintainerAsync(
        IObjectStore store, MaintainerCredential credential, EngineEnvironment environment,
        CancellationToken cancellationToken) => await OpenWithMaintainerAsync(
            store, await ReadDescriptorAsync(store, cancellationToken), credential, environment, cancellationToken);

    /// <summary>As the other, with a descriptor that was just read.</summary>
    public static async Task<Repository> OpenWithMaintainerAsync(
        IObjectStore store, Descriptor descriptor, MaintainerCredential credential, EngineEnvironment environment,
        CancellationToken cancellationToken)
    {
        RequirePinned(store, descriptor, credential.Repository, credential.Admin);
        var epochs = await EpochChain.ReadAsync(store, descriptor, cancellationToken);
        var repository = new Repository(
            store, descriptor, epochs, SharedKeys.OfMaintainer(credential.Index.Copy()), environment)
        {
            Maintainer = new HostIdentity(credential.Name, new Signer(credential.Seed)),
        };
        return await WithSignersAsync(repository, cancellationToken);
    }

    internal static void RequirePinned(
        IObjectStore store, Descriptor descriptor, RepositoryId repository, SigningPublicKey? admin)
    {
        if (descriptor.Id != repository || (admin is { } pinned && descriptor.Admin != pinned))
            throw new CredentialException(
                $"the repository at {store.Location} is not the one this credential is for: "
                + $"it has the id {descriptor.Id}, the credential {repository}");
    }

    /// <summary>Opens for reading and for changing keys.</summary>
    public static async Task<Repository> OpenWithSecretAsync(
        IObjectStore store, UnlockSecret secret, EngineEnvironment environment,
        CancellationToken cancellationToken) => await OpenWithSecretAsync(
            store, await ReadDescriptorAsync(store, cancellationToken), secret, environment, cancellationToken);

    /// <summary>As the other, with a descriptor that was just read.</summary>
    public static async Task<Repository> OpenWithSecretAsync(
        IObjectStore store, Descriptor descriptor, UnlockSecret secret, EngineEnvironment environment,
        CancellationToken cancellationToken)
    {
        var epochs = await EpochChain.ReadAsync(store, descriptor, cancellationToken);
        var listing = await KeyStore.ReadAsync(store, descriptor.Id, epochs, cancellationToken);
        var secrets = OpenSeeds(listing, secret, epochs) ?? throw NothingOpens(store, listing);
        var first = RequireSeedsOf(epochs, secrets);
        var shared = new SharedKeys(
            first.Shared.Index.Copy(), first.Shared.BlobId.Copy(), first.Shared.Chunking.Copy());
        var repository = new Repository(store, descriptor, epochs, shared, environment) { Secrets = secrets };
        repository.Problems.AddRange(listing.Problems);
        return await WithSignersAsync(repository, cancellationToken);
    }

    static async Task<Repository> WithSignersAsync(Repository repository, CancellationToken cancellationToken)
    {
        try
        {
            var (tail, problems) = await HostRecords.ReadAsync(
                repository.Store, repository.Keys, repository.Signers, cancellationToken);
            repository.HostTail = tail;
            repository.HasHostGaps = problems.Count > 0;
            repository.Problems.AddRange(problems);
            return repository;
        }
        catch
        {
            repository.Dispose();
            throw;
        }
    }

    internal static SignerRegistry AdminsOf(IReadOnlyList<Epoch> epochs)
    {
        var registry = new SignerRegistry();
        foreach (var epoch in epochs)
            registry.AddAdmin(epoch.Admin);
        return registry;
    }

    // With a slot lost nobody can tell a wrong key from the right one to that slot; damage is the graver of the two.
    static Exception NothingOpens(IObjectStore store, KeyListing listing)
    {
        var what = $"no key slot of the repository at {store.Location} opens with this passphrase or key";
        return listing.LostSlots.Count == 0
            ? new WrongKeyException(what)
            : new DamagedObjectException(
                new ObjectKey("keys"), FailureKind.Framing,
                $"{what}, but slot {listing.LostSlots[0]} is missing or damaged, and it may have been the one. "
                + "Try another key");
    }

    // What the seeds derive must be what descriptor and epochs state: that is what authenticates both.
    static EpochKeys RequireSeedsOf(IReadOnlyList<Epoch> epochs, RepositorySecrets secrets)
    {
        foreach (var (number, keys) in secrets.Epochs)
        {
            if (number < epochs.Count && keys.AdminSigner.PublicKey == epochs[(int)number].Admin
                && keys.RestorePublic == epochs[(int)number].Restore)
                continue;
            secrets.Dispose();
            throw new DamagedObjectException(
                number == 0 ? ObjectNames.Descriptor : new ObjectKey(ObjectNames.Epochs.TrimEnd('/')),
                FailureKind.Signature, number < epochs.Count
                    ? $"its keys are not those of the seed that the key slot holds (epoch {number})"
                    : $"epoch {number}, which the key slot opens, is missing");
        }
        if (secrets.Epochs.TryGetValue(0, out var first))
            return first;
        secrets.Dispose();
        throw new DamagedObjectException(
            new ObjectKey("keys"), FailureKind.Content,
            "the object with this key's seal of the first epoch is missing or damaged. Use another key");
    }

    static RepositorySecrets? OpenSeeds(KeyListing listing, UnlockSecret secret, IReadOnlyList<Epoch> epochs)
    {
        // After a rotation a slot has further objects, each with the new epoch's seal. Each slot is tried once: a
        // passphrase takes its time for every try.
        foreach (var objects in listing.Slots.GroupBy(stored => stored.Slot.Id))
        {
            using var key = secret.TryOpen(objects.First().Slot);
            if (key is null)
                continue;
            var seeds = new Dictionary<uint, SecretKey>();
            foreach (var slot in objects)
                OpenSeals(slot, key, seeds);
            var keys = seeds.ToDictionary(
                seed => seed.Key, seed => EpochKeys.Derive(seed.Value, DomainOf(epochs, seed.Key)));
            return new RepositorySecrets(seeds, keys, epochs[^1].Number);
        }
        return null;
    }

    static void OpenSeals(StoredKeySlot stored, SealingKey key, Dictionary<uint, SecretKey> seeds)
    {
        foreach (var (epoch, box) in stored.Slot.Seals)
        {
            var seed = new SecretKey(KeyDerivation.KeySize);
            if (!SealedBox.TryOpen(key, box.Span, seed.AsWritableSpan()))
                throw new DamagedObjectException(
                    stored.Key, FailureKind.Authentication, $"its seal of epoch {epoch} does not open");
            seeds[epoch] = seed;
        }
    }

    static uint DomainOf(IReadOnlyList<Epoch> epochs, uint number) =>
        number < epochs.Count ? epochs[(int)number].Domain : 0u;

    static async Task<string?> FindRemainsAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        foreach (var prefix in ObjectNames.Prefixes.Except([ObjectNames.Keys, ObjectNames.Hosts]))
        {
            await foreach (var info in store.ListAsync(prefix, cancellationToken))
            {
                if (info.ForeignName is null)
                    return info.Key.Value;
            }
        }
        return null;
    }
}
