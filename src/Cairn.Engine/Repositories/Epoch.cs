using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Records;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Repositories;

/// <summary>A generation of the restore and admin keys, by its public halves.</summary>
public sealed record Epoch(uint Number, ushort Domain, SigningPublicKey Admin, SealingPublicKey Restore)
{
    /// <summary>Of the object it stands in; null for the first, which stands in the descriptor.</summary>
    public ObjectHash? Hash { get; init; }
}

/// <summary>
/// The epochs of a repository: the first from the descriptor, each later one signed by the admin of the one before,
/// so that
/// whoever pins the first admin key can follow.
/// </summary>
public static class EpochChain
{
    public static async Task<IReadOnlyList<Epoch>> ReadAsync(
        IObjectStore store, Descriptor descriptor, CancellationToken cancellationToken)
    {
        var objects = new List<StoredEpoch>();
        await foreach (var info in store.ListAsync(ObjectNames.Epochs, cancellationToken))
        {
            if (info.ForeignName is not null || !ObjectNames.TryParseDated(ObjectNames.Epochs, info.Key, out var name))
                continue;
            var bytes = await ObjectReader.ReadAsync(store, info.Key, name.Hash, bytes => bytes, cancellationToken);
            objects.Add(new StoredEpoch(info.Key, name, bytes));
        }

        var epochs = new List<Epoch> { new(0, 0, descriptor.Admin, descriptor.Restore) };
        while (objects.Count > 0 && TakeNext(objects, epochs[^1], descriptor.Id) is { } next)
            epochs.Add(next);
        // What no admin of the chain has signed is somebody's junk or a broken chain; either way nobody may seal to it.
        return objects.Count == 0
            ? epochs
            : throw new DamagedObjectException(
                objects[0].Key, FailureKind.Signature,
                    "it continues no epoch: its signer is not the admin of the one before");
    }

    static Epoch? TakeNext(List<StoredEpoch> objects, Epoch last, RepositoryId repository)
    {
        var signers = new AdminOnly(last.Admin);
        for (var i = 0; i < objects.Count; i++)
        {
            var stored = objects[i];
            try
            {
                var epoch = ObjectReader.Decode(stored.Key, () => Open(stored, last, repository, signers));
                objects.RemoveAt(i);
                return epoch;
            }
            catch (DamagedObjectException e) when (e.Kind == FailureKind.Signature)
            {
                continue;
            }
        }
        return null;
    }

    static Epoch Open(StoredEpoch stored, Epoch last, RepositoryId repository, AdminOnly signers)
    {
        var opened = PlainEnvelope.Open(ObjectType.Epoch, stored.Bytes, repository, signers);
        if (opened.Ulid != stored.Name.Ulid)
            throw new FormatViolationException(FailureKind.Name, "its name says another ULID than the object");
        return Decode(opened.Body.Span, last) with { Hash = stored.Name.Hash };
    }

    static Epoch Decode(ReadOnlySpan<byte> body, Epoch last)
    {
        var record = RecordCodecs.DecodeEpoch(body);
        if (record.Epoch != last.Number + 1)
            throw new FormatViolationException(FailureKind.Framing, $"epoch {record.Epoch} after epoch {last.Number}");
        return new Epoch(
            record.Epoch, (ushort)record.Domain, new SigningPublicKey(record.Admin.Span),
            new SealingPublicKey(record.Restore.Span));
    }

    sealed record StoredEpoch(ObjectKey Key, DatedName Name, ReadOnlyMemory<byte> Bytes);

    sealed class AdminOnly(SigningPublicKey admin) : ISignerDirectory
    {
        readonly SignerId _id = admin.ToSignerId();

        public SigningPublicKey? Find(SignerId signer, ObjectType type) =>
            signer == _id && type == ObjectType.Epoch ? admin : null;
    }
}
