using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Writing;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Backup;

/// <summary>
/// Commits a snapshot whose blobs are stored: index, ledger, look, snapshot, look (docs/design/commit-protocol.md, H1
/// to H5). The order of writes is the protocol: see each step's rule.
/// </summary>
sealed class SnapshotCommit(Repository repository, BackupSession session)
{
    // Each further attempt means that a maintainer condemned again what this run needs: more often is not bad luck.
    public const int AttemptsMax = 5;

    /// <summary>Null if something was condemned that the snapshot needs: then it must be stored again.</summary>
    /// <param name="describe">The snapshot but for its name, asked for right before it is written.</param>
    public async Task<SnapshotName?> RunAsync(
        NeedSet needs, Func<SnapshotInfo> describe, CancellationToken cancellationToken)
    {
        await session.WriteIndexAsync(cancellationToken);
        var packs = LedgerPacks.Of(needs);
        for (var attempt = 1; attempt <= AttemptsMax; attempt++)
        {
            var (ulid, ledger) = await session.AnnounceAsync(LedgerKind.Final, packs, cancellationToken);
            await session.LookAsync(cancellationToken);
            if (session.NeedsCondemned(needs))
                return null;
            if (session.Dance.IsProposedVoid(ledger))
                continue;
            var name = await PutAsync(ulid, ledger, describe(), cancellationToken);
            // H5: nothing is reported as backed up before the last look. Condemnations that show only now came after
            // the ledger and spare what it names; but a ledger that is given up needs another, and nothing is read
            // again.
            await session.LookAsync(cancellationToken);
            session.Dance.RequireUnforgotten(name);
            if (!session.Dance.IsProposedVoid(ledger))
                return name;
        }
        throw new CommitException(
            $"the ledger of this backup was given up {AttemptsMax} times in a row by some maintainer: "
            + "run it again");
    }

    async Task<SnapshotName> PutAsync(
        Ulid ulid, ObjectHash ledger, SnapshotInfo info, CancellationToken cancellationToken)
    {
        var (name, stored) = session.Dance.SealSnapshot(ulid, ledger, info);
        await repository.Store.PutAsync(name.Key, [stored], PutOptions.Hot, cancellationToken);
        return name;
    }
}
