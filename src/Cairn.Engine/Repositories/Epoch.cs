using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Records;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Repositories;

/// <summary>A generation of the restore and admin keys, by its public halves.</summary>
public sealed record Epoch(uint Number, ushort Domain, SigningPublicKey Admin, SealingPublicKey Restore);

/// <summary>
/// The epochs of a repository: the first from the descriptor, each later one signed by the admin of the one before, so that
/// whoever pins the first admin key can follow.
/// </summary>
public static class EpochChain
{
    public static async Task<IReadOnlyList<Epoch>> ReadAsync(
        IObjectStore store, Descriptor descriptor, CancellationToken cancellationToken)
    {
        var objects = new List<(ObjectKey Key, ReadOnlyMemory<byte> Bytes)>();
        await foreach (var info in store.ListAsync(ObjectNames.Epochs, cancellationToken))
        {
            if (info.ForeignName is not null || !ObjectNames.TryParseDated(ObjectNames.Epochs, info.Key, out var name))
                continue;
            var bytes = await ObjectReader.ReadAsync(store, info.Key, name.Hash, bytes => bytes, cancellationToken);
            objects.Add((info.Key, bytes));
        }

        var epochs = new List<Epoch> { new(0, 0, descriptor.Admin, descriptor.Restore) };
        while (objects.Count > 0 && TakeNext(objects, epochs[^1], descriptor.Id) is { } next)
            epochs.Add(next);
        // What no admin of the chain has signed is somebody's junk or a broken chain; either way nobody may seal to it.
        return objects.Count == 0
            ? epochs
            : throw new DamagedObjectException(
                objects[0].Key, FailureKind.Signature, "it continues no epoch: its signer is not the admin of the one before");
    }

    static Epoch? TakeNext(
        List<(ObjectKey Key, ReadOnlyMemory<byte> Bytes)> objects, Epoch last, RepositoryId repository)
    {
        var signers = new AdminOnly(last.Admin);
        for (var i = 0; i < objects.Count; i++)
        {
            OpenedObject opened;
            try
            {
                opened = PlainEnvelope.Open(ObjectType.Epoch, objects[i].Bytes, repository, signers);
            }
            catch (FormatViolationException e) when (e.Kind == FailureKind.Signature)
            {
                continue;
            }
            var epoch = ObjectReader.Decode(objects[i].Key, () => Decode(opened.Body.Span, last));
            objects.RemoveAt(i);
            return epoch;
        }
        return null;
    }

    static Epoch Decode(ReadOnlySpan<byte> body, Epoch last)
    {
        var record = StrictRecord.Decode(body, EpochRecord.Parser);
        StrictRecord.RequireLength(record.Admin, SigningPublicKey.Size, "admin");
        StrictRecord.RequireLength(record.Restore, SealingPublicKey.Size, "restore");
        if (record.Epoch != last.Number + 1 || record.Domain > ushort.MaxValue)
            throw new FormatViolationException(FailureKind.Framing, $"epoch {record.Epoch} after epoch {last.Number}");
        return new Epoch(
            record.Epoch, (ushort)record.Domain, new SigningPublicKey(record.Admin.Span),
            new SealingPublicKey(record.Restore.Span));
    }

    sealed class AdminOnly(SigningPublicKey admin) : ISignerDirectory
    {
        readonly SignerId _id = admin.ToSignerId();

        public SigningPublicKey? Find(SignerId signer, ObjectType type) =>
            signer == _id && type == ObjectType.Epoch ? admin : null;
    }
}
