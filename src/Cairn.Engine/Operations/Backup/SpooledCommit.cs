using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Writing;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Backup;

/// <summary>
/// Ends a backup into a spool. Nothing is announced: the session is written down, and whoever pushes it dances
/// (docs/design/spool.md). It is complete as soon as its record is stored.
/// </summary>
sealed class SpooledCommit(Repository repository, BackupSession session)
{
    /// <summary>Null if something is condemned, as far as the spool knows, that the snapshot needs.</summary>
    public async Task<Ulid?> RunAsync(
        NeedSet needs, Func<SnapshotInfo> describe, CancellationToken cancellationToken)
    {
        await session.WriteIndexAsync(cancellationToken);
        // Not the look of the protocol: a push may have learned meanwhile what would only have to be mended later.
        await session.LookAsync(cancellationToken);
        if (session.NeedsCondemned(needs))
            return null;
        var spooled = new SpooledSession(session.Describe(LedgerKind.Final, LedgerPacks.Of(needs)), describe());
        var stored = spooled.Seal(repository);
        await repository.Store.PutAsync(spooled.Key(stored), [stored], PutOptions.Hot, cancellationToken);
        return spooled.Id;
    }
}
