using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Keys;

namespace Cairn.Engine.Operations.KeyChanges;

/// <summary>
/// Changes of the key slots: a new slot and a new roster each, touching no data. A slot that a newer roster leaves out
/// does not count any more; who kept a copy of its object and its secret can still open that epoch, and callers say
/// so.
/// </summary>
public static class KeyOperations
{
    public static async Task<KeyListing> ListAsync(Repository repository, CancellationToken cancellationToken) =>
        await KeyStore.ReadAsync(
            repository.Store, repository.Id, repository.Epochs, cancellationToken);

    public static async Task<KeySlot> AddPassphraseAsync(
        Repository repository, SecretKey passphrase, string label, PassphraseParameters? parameters,
        CancellationToken cancellationToken)
    {
        var slot = CreatePassphraseSlot(repository, passphrase, label, parameters);
        await ChangeAsync(repository, slot, drops: _ => false, cancellationToken);
        return slot;
    }

    /// <summary>A new passphrase in the place of the slots that the old one opens.</summary>
    public static async Task<KeySlot> ChangePassphraseAsync(
        Repository repository, UnlockSecret old, SecretKey passphrase, PassphraseParameters? parameters,
        CancellationToken cancellationToken)
    {
        var listing = await ListAsync(repository, cancellationToken);
        var replaced = listing.Keys.Where(slot => Opens(old, slot)).ToList();
        if (replaced.Count == 0)
            throw new WrongKeyException("the old passphrase opens no key slot of this repository");
        var slot = CreatePassphraseSlot(repository, passphrase, replaced[0].Label, parameters);
        await ChangeAsync(repository, slot, stored => replaced.Any(r => r.Id == stored.Slot.Id), cancellationToken);
        return slot;
    }

    /// <summary>A new recovery key in the place of all former ones. The caller disposes it.</summary>
    /// <param name="save">
    /// Keeps the new key safe. Called before it takes the place of the others: if it fails, or the run is cut off
    /// before, they go on opening the repository. So none is ever in force that nobody has.
    /// </param>
    public static async Task<SealingKey> ReplaceRecoveryKeyAsync(
        Repository repository, Action<SealingKey> save, CancellationToken cancellationToken)
    {
        var recovery = RecoveryKey.Create(repository.Environment.Random);
        var slot = KeyStore.CreateSlot(
            KeySlotKind.Recovery, "recovery key", recovery.PublicKey, passphrase: null,
            repository.RequireSecrets().Seeds, repository.Environment);
        await ChangeAsync(
            repository, slot, stored => stored.Slot.Kind == KeySlotKind.Recovery, cancellationToken,
            beforeRoster: () => save(recovery));
        return recovery;
    }

    /// <summary>Whether it opens the repository as the newest roster says.</summary>
    public static async Task<bool> IsInForceAsync(
        Repository repository, SealingPublicKey key, CancellationToken cancellationToken) =>
        (await ListAsync(repository, cancellationToken)).Slots.Any(stored => stored.Slot.Recipient == key);

    /// <summary>
    /// A slot for whoever has the secret of a public key. For OpenPGP <paramref name="wrappedSecret"/> is that secret
    /// as a message to certificates.
    /// </summary>
    public static async Task<KeySlot> AddRecipientAsync(
        Repository repository, SealingPublicKey recipient, string label, ReadOnlyMemory<byte> wrappedSecret,
        CancellationToken cancellationToken)
    {
        var kind = wrappedSecret.IsEmpty ? KeySlotKind.X25519 : KeySlotKind.OpenPgp;
        var slot = KeyStore.CreateSlot(
            kind, label, recipient, passphrase: null, repository.RequireSecrets().Seeds, repository.Environment)
            with { WrappedSecret = wrappedSecret };
        await ChangeAsync(repository, slot, drops: _ => false, cancellationToken);
        return slot;
    }

    /// <summary>Drops a slot. The last one stays: without any, nobody could ever read the repository again.</summary>
    public static async Task RemoveAsync(Repository repository, KeySlotId id, CancellationToken cancellationToken)
    {
        var listing = await ListAsync(repository, cancellationToken);
        if (listing.Slots.All(stored => stored.Slot.Id != id))
            throw new ArgumentException($"there is no key slot {id}");
        if (listing.Slots.All(stored => stored.Slot.Id == id))
            throw new InvalidOperationException(
                $"{id} is the only key slot: without it nobody could read the repository again. Add another one first");
        await ChangeAsync(repository, added: null, stored => stored.Slot.Id == id, cancellationToken);
    }

    static KeySlot CreatePassphraseSlot(
        Repository repository, SecretKey passphrase, string label, PassphraseParameters? parameters)
    {
        parameters ??= PassphraseParameters.Create(repository.Environment.Random);
        using var key = PassphraseKey.Derive(passphrase.AsSpan(), parameters);
        return KeyStore.CreateSlot(
            KeySlotKind.Passphrase, label, key.PublicKey, parameters, repository.RequireSecrets().Seeds,
            repository.Environment);
    }

    static bool Opens(UnlockSecret secret, KeySlot slot)
    {
        using var key = secret.TryOpen(slot);
        return key is not null;
    }

    // The slot is stored before the roster that lists it: cut off in between, it does not count and harms nothing.
    static async Task ChangeAsync(
        Repository repository, KeySlot? added, Func<StoredKeySlot, bool> drops, CancellationToken cancellationToken,
        Action? beforeRoster = null)
    {
        var admin = repository.RequireSecrets().Admin;
        var listing = await ListAsync(repository, cancellationToken);
        // From the roster and not from what could be read: an object that is damaged today may be put back tomorrow.
        var dropped = listing.Slots.Where(drops).Select(stored => stored.Hash).ToHashSet();
        var kept = listing.Roster.Slots.Where(slot => !dropped.Contains(slot)).ToList();
        if (added is not null)
        {
            var stored = await KeyStore.PutSlotAsync(
                repository.Store, added, repository.Id, admin, repository.Environment, cancellationToken);
            kept.Add(stored.Hash);
        }
        Invariant.That(kept.Count > 0);
        beforeRoster?.Invoke();
        var roster = new Roster
        {
            Sequence = listing.Roster.Sequence + 1, Previous = listing.RosterHash,
            Created = repository.Environment.Time.GetUtcNow(), Slots = kept, Epochs = listing.Roster.Epochs,
        };
        await KeyStore.PutRosterAsync(
            repository.Store, roster, repository.Id, admin, repository.Environment, cancellationToken);
    }
}
