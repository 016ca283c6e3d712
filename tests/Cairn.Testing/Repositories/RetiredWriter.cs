using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Records;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;
using Google.Protobuf;

namespace Cairn.Testing.Repositories;

/// <summary>Writes records under <c>retired/</c>, in the chain of one signer.</summary>
public sealed class RetiredWriter(
    EnvelopeKeys keys, Signer signer, EngineEnvironment environment, IObjectStore store)
{
    ulong _sequence;
    ObjectHash? _last;

    public SignerId Id => signer.Id;

    /// <summary>Goes on behind the records that the signer has written in former lives.</summary>
    public async Task FindEndAsync(SignerRegistry signers, CancellationToken cancellationToken)
    {
        await foreach (var info in store.ListAsync(ObjectNames.Retired, cancellationToken))
        {
            if (!ObjectNames.TryParseDated(ObjectNames.Retired, info.Key, out var name))
                continue;
            var (writer, record) = await ObjectReader.ReadAsync(
                store, info.Key, name.Hash, bytes => RetiredLog.Open(bytes, name, keys, signers), cancellationToken);
            if (writer == signer.Id && record.Sequence > _sequence)
                (_sequence, _last) = (record.Sequence, name.Hash);
        }
    }

    public Task CondemnAsync(IEnumerable<ObjectHash> packs, CancellationToken cancellationToken) =>
        PutAsync(new RetiredRecord { Condemnation = PacksOf(packs) }, cancellationToken);

    public Task ListDeletionAsync(IEnumerable<ObjectHash> packs, CancellationToken cancellationToken) =>
        PutAsync(new RetiredRecord { Deletion = PacksOf(packs) }, cancellationToken);

    /// <param name="snapshots">Hashes of their objects.</param>
    public Task ForgetAsync(IEnumerable<ObjectHash> snapshots, CancellationToken cancellationToken) =>
        PutAsync(new RetiredRecord { Forgotten = NamesOf(snapshots) }, cancellationToken);

    public Task ProposeVoidAsync(IEnumerable<ObjectHash> ledgers, CancellationToken cancellationToken) =>
        PutAsync(new RetiredRecord { VoidProposal = NamesOf(ledgers) }, cancellationToken);

    public Task MakeVoidAsync(IEnumerable<ObjectHash> ledgers, CancellationToken cancellationToken) =>
        PutAsync(new RetiredRecord { VoidFinal = NamesOf(ledgers) }, cancellationToken);

    public Task TagAsync(
        IEnumerable<ObjectHash> snapshots, uint epoch, byte[] box, CancellationToken cancellationToken)
    {
        var list = new TagList { Epoch = epoch, Sealed = ByteString.CopyFrom(box) };
        list.Objects.AddRange(snapshots.Order().Select(Bytes));
        return PutAsync(new RetiredRecord { Tags = list }, cancellationToken);
    }

    async Task PutAsync(RetiredRecord record, CancellationToken cancellationToken)
    {
        record.Sequence = _sequence + 1;
        record.Previous = _last is { } last ? Bytes(last) : ByteString.Empty;
        record.Created = environment.Time.GetUtcNow().ToUnixTimeMilliseconds();
        var ulid = Ulid.New(environment.Time, environment.Random);
        var stored = IndexEnvelope.Seal(
            ObjectType.Retired, domain: 0, ulid, record.ToByteArray(), keys, signer, environment.Random);
        var hash = ObjectWriter.HashOf(stored);
        await store.PutAsync(
            ObjectNames.Dated(ObjectNames.Retired, ulid, hash), [stored], PutOptions.Hot, cancellationToken);
        (_sequence, _last) = (record.Sequence, hash);
    }

    static PackList PacksOf(IEnumerable<ObjectHash> packs)
    {
        var list = new PackList();
        list.Packs.AddRange(packs.Order().Select(Bytes));
        return list;
    }

    static NameList NamesOf(IEnumerable<ObjectHash> hashes)
    {
        var list = new NameList();
        list.Objects.AddRange(hashes.Order().Select(Bytes));
        return list;
    }

    static ByteString Bytes(ObjectHash hash) => ByteString.CopyFrom(hash.AsSpan());
}
