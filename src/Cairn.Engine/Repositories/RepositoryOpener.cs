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
        CancellationToken cancellationToken)
    {
        var descriptor = await ReadDescriptorAsync(store, cancellationToken);
        if (descriptor.Id != credential.Repository || descriptor.Admin != credential.Admin)
            throw new CredentialException(
                $"the repository at {store.Location} is not the one this credential is for: "
                + $"it has the id {descriptor.Id}, the credential {credential.Repository}");
        var epochs = await EpochChain.ReadAsync(store, descriptor, cancellationToken);
        var shared = new SharedKeys(
            credential.Shared.Index.Copy(), credential.Shared.BlobId.Copy(), credential.Shared.Chunking.Copy());
        var repository = new Repository(store, descriptor, epochs, shared, environment)
        {
            Host = new HostIdentity(credential.HostName, new Signer(credential.HostSeed)),
        };
        return await WithSignersAsync(repository, cancellationToken);
    }

    /// <summary>Opens for reading and for changing keys.</summary>
    public static async Task<Repository> OpenWithSecretAsync(
        IObjectStore store, UnlockSecret secret, EngineEnvironment environment, CancellationToken cancellationToken)
    {
        var descriptor = await ReadDescriptorAsync(store, cancellationToken);
        var epochs = await EpochChain.ReadAsync(store, descriptor, cancellationToken);
        var listing = await KeyStore.ReadAsync(store, descriptor.Id, AdminsOf(epochs), cancellationToken);
        var secrets = OpenSeeds(listing, secret, epochs) ?? throw NothingOpens(store, listing);
        var first = secrets.Epochs[0];
        if (first.AdminSigner.PublicKey != descriptor.Admin || first.RestorePublic != descriptor.Restore)
        {
            secrets.Dispose();
            throw new DamagedObjectException(
                ObjectNames.Descriptor, FailureKind.Signature,
                "its keys are not those of the seed that the key slot holds");
        }
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

    static RepositorySecrets? OpenSeeds(KeyListing listing, UnlockSecret secret, IReadOnlyList<Epoch> epochs)
    {
        foreach (var stored in listing.Slots)
        {
            using var key = secret.TryOpen(stored.Slot);
            if (key is null)
                continue;
            var seeds = new Dictionary<uint, SecretKey>();
            // After a rotation the same slot has further objects, each with the new epoch's seal.
            foreach (var slot in listing.Slots.Where(other => other.Slot.Id == stored.Slot.Id))
                OpenSeals(slot, key, seeds);
            return new RepositorySecrets(
                seeds, seeds.ToDictionary(seed => seed.Key, seed =>
                    EpochKeys.Derive(seed.Value, DomainOf(epochs, seed.Key))));
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
