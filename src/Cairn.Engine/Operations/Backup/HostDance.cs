using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Snapshots;
using Cairn.Engine.State;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Backup;

/// <summary>
/// A host's steps of the dance (docs/design/commit-protocol.md): it announces, looks, and finalises. In which order,
/// and what is done when a look finds something, is for its callers: a backup, and a push of a spooled one.
/// </summary>
sealed class HostDance(Repository repository, RetiredLog retired, IStateFolder state)
{
    readonly LedgerChain _chain = new(state, repository.RequireHost().Id);
    readonly HostIdentity _host = repository.RequireHost();

    /// <summary>H1: names packs that are stored.</summary>
    public async Task<(ObjectKey Key, byte[] Stored)> PutIndexAsync(
        IReadOnlyList<Packs.PackTable> tables, CancellationToken cancellationToken)
    {
        var ulid = NewUlid();
        var stored = IndexEnvelope.Seal(
            ObjectType.Index, repository.CurrentEpoch.Domain, ulid, IndexCodec.Write(tables).Written, repository.Keys,
            _host.Signer, repository.Environment.Random);
        var (key, _) = await ObjectWriter.PutDatedAsync(
            repository.Store, ObjectNames.Index, ulid, stored, cancellationToken);
        return (key, stored);
    }

    /// <summary>H3: says what a session, or its snapshot, needs; as the next link of this host's chain.</summary>
    public async Task<(Ulid Ulid, ObjectHash Hash, byte[] Stored)> AnnounceAsync(
        Ledger ledger, Ulid? name, CancellationToken cancellationToken)
    {
        var ulid = name ?? NewUlid();
        var linked = ledger with { Time = repository.Environment.Time.GetUtcNow(), Previous = _chain.Last() };
        var stored = IndexEnvelope.Seal(
            ObjectType.Ledger, repository.CurrentEpoch.Domain, ulid, LedgerCodec.Encode(linked), repository.Keys,
            _host.Signer, repository.Environment.Random);
        var hash = ObjectWriter.HashOf(stored);
        await repository.Store.PutAsync(
            ObjectNames.Ledger(_host.Id, ulid, hash), [stored], PutOptions.Hot, cancellationToken);
        _chain.Remember(hash);
        return (ulid, hash, stored);
    }

    /// <summary>H2, H4: reads what others have retired since.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        await retired.LookAsync(repository, cancellationToken);
        // S4: a record that nobody here can verify may be a condemnation, if records of who may write such are missing.
        if (retired.HasUnknownSigners && repository.HasHostGaps)
            throw new DamagedObjectException(
                new ObjectKey("hosts"), FailureKind.Signature,
                "records of hosts or maintainers are missing, and without them it cannot be told what was condemned. "
                + "Nothing was recorded: run \"cairn check\"");
    }

    /// <summary>H5: whether the ledger is about to be given up, or has been.</summary>
    public bool IsProposedVoid(ObjectHash ledger) => retired.VoidProposed.Contains(ledger);

    /// <summary>
    /// H5: a snapshot is there for everybody as soon as it is stored. If the answer was late by weeks, it may have been
    /// forgotten, and its packs deleted, before this run heard of it: it must not be reported as a backup.
    /// </summary>
    public void RequireUnforgotten(SnapshotName snapshot)
    {
        if (retired.Forgotten.Contains(snapshot.Hash))
            throw new CommitException(
                $"this backup's snapshot {snapshot.Hash.ToString()[..SnapshotInfo.ShortIdLength]} was forgotten before "
                + "this run could report it, and does not count any more. Run the backup again");
    }

    /// <summary>The snapshot object that goes with a ledger, and the name that it is stored under.</summary>
    public (SnapshotName Name, byte[] Stored) SealSnapshot(Ulid ulid, ObjectHash ledger, SnapshotInfo info)
    {
        var epoch = repository.CurrentEpoch;
        var stored = SnapshotEnvelope.Seal(
            new SnapshotSeal(ulid, ledger, epoch.Number, epoch.Domain, epoch.Restore), SnapshotCodec.Encode(info),
            repository.Id, _host.Signer, repository.Environment.Random);
        return (new SnapshotName(_host.Id, ulid, ledger, ObjectWriter.HashOf(stored)), stored);
    }

    Ulid NewUlid() => Ulid.New(repository.Environment.Time, repository.Environment.Random);
}
