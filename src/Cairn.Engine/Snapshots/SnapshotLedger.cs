using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Repositories;

namespace Cairn.Engine.Snapshots;

/// <summary>The ledger of a snapshot: which rows of which packs it needs.</summary>
public static class SnapshotLedger
{
    /// <exception cref="Storage.DamagedObjectException">It is not what its name says.</exception>
    public static Task<Ledger> ReadAsync(
        Repository repository, SnapshotName snapshot, CancellationToken cancellationToken)
    {
        var key = ObjectNames.Ledger(snapshot.Host, snapshot.Ulid, snapshot.Ledger);
        return ObjectReader.ReadAsync(
            repository.Store, key, snapshot.Ledger, bytes => Open(repository, snapshot, bytes.Span),
            cancellationToken);
    }

    static Ledger Open(Repository repository, SnapshotName snapshot, ReadOnlySpan<byte> bytes)
    {
        var opened = IndexEnvelope.Open(ObjectType.Ledger, bytes, repository.Keys, repository.Signers);
        if (opened.Ulid != snapshot.Ulid || opened.Signer != snapshot.Host)
            throw new FormatViolationException(
                FailureKind.Name, "its name says another ULID or host than the object");
        return LedgerCodec.Decode(opened.Body);
    }
}
