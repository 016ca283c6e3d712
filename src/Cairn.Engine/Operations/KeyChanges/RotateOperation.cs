using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Records;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Keys;
using Google.Protobuf;

namespace Cairn.Engine.Operations.KeyChanges;

/// <summary>
/// Begins an epoch: from now on hosts seal what they store to the keys of a new seed, which every key slot that counts
/// is given by its public key alone. What is stored stays as it is, readable by the seeds before; the keys by which
/// blobs are found stay too, so that nothing is uploaded again.
/// </summary>
public static class RotateOperation
{
    /// <summary>
    /// Needs the newest admin key. One at a time: two epochs with one number would be damage, so the moment between
    /// the last look and the epoch's object must not see another's.
    /// </summary>
    public static async Task<Epoch> RunAsync(Repository repository, CancellationToken cancellationToken)
    {
        var environment = repository.Environment;
        var former = repository.CurrentEpoch;
        var admin = repository.RequireSecrets().Admin;
        var listing = await KeyOperations.ListAsync(repository, cancellationToken);
        // Whose slot cannot be read would be left out for ever, and not notice before the restore.
        if (listing.Slots.Count != listing.Roster.Slots.Count)
            throw new InvalidOperationException(
                $"a key slot is missing or damaged, and would not get the new epoch: {listing.Problems[0]}");

        using var seed = SecretKey.CreateRandom(KeyDerivation.KeySize, environment.Random);
        using var keys = EpochKeys.Derive(seed, former.Domain);
        var number = former.Number + 1;
        // The slots first, under the admin that counts so far; then the roster that lists them, which is nobody's until
        // the epoch is there. So whenever the epoch is seen, every key that counts opens it (format.md, section 17).
        var slots = listing.Roster.Slots.ToList();
        foreach (var slot in listing.Keys)
        {
            var seals = new Dictionary<uint, ReadOnlyMemory<byte>>
            {
                [number] = KeyStore.Seal(slot.Recipient, seed, environment.Random),
            };
            var stored = await KeyStore.PutSlotAsync(
                repository.Store, slot with { Seals = seals }, repository.Id, admin, environment, cancellationToken);
            slots.Add(stored.Hash);
        }
        var epoch = SealEpoch(repository, keys, number, admin);
        var roster = new Roster
        {
            Sequence = listing.Roster.Sequence + 1, Previous = listing.RosterHash,
            Created = environment.Time.GetUtcNow(), Slots = slots,
            Epochs = [.. listing.Roster.Epochs, ObjectWriter.HashOf(epoch.Bytes)],
        };
        await KeyStore.PutRosterAsync(
            repository.Store, roster, repository.Id, keys.AdminSigner, environment, cancellationToken);
        await RequireNewestAsync(repository, cancellationToken);
        var (_, hash) = await ObjectWriter.PutDatedAsync(
            repository.Store, ObjectNames.Epochs, epoch.Ulid, epoch.Bytes, cancellationToken);
        return new Epoch(number, former.Domain, keys.AdminSigner.PublicKey, keys.RestorePublic) { Hash = hash };
    }

    static (Ulid Ulid, byte[] Bytes) SealEpoch(Repository repository, EpochKeys keys, uint number, Signer admin)
    {
        var environment = repository.Environment;
        var record = new EpochRecord
        {
            Epoch = number, Domain = repository.CurrentEpoch.Domain,
            Admin = ByteString.CopyFrom(keys.AdminSigner.PublicKey.AsSpan()),
            Restore = ByteString.CopyFrom(keys.RestorePublic.AsSpan()),
            Created = environment.Time.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        var ulid = Ulid.New(environment.Time, environment.Random);
        return (ulid, PlainEnvelope.Seal(
            ObjectType.Epoch, domain: 0, ulid, StrictRecord.Encode(record), repository.Id, admin));
    }

    static async Task RequireNewestAsync(Repository repository, CancellationToken cancellationToken)
    {
        var now = await EpochChain.ReadAsync(repository.Store, repository.Descriptor, cancellationToken);
        if (now.Count != repository.Epochs.Count)
            throw new InvalidOperationException("somebody else has just rotated the keys: nothing was changed");
    }
}
