using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Push;

/// <summary>
/// Pushes one session: packs, index objects, then the dance that a backup ends with (docs/design/commit-protocol.md, H1
/// to H5). It may end behind any step and be begun anew: until the look behind the ledger found nothing another ledger
/// does no harm, and from then on the snapshot object lies in the spool, so that no second one is ever made.
/// </summary>
sealed class SessionPush(
    Repository repository, SpoolParts parts, SpoolPool pool, PackSender sender, Mender mender, RetiredLog retired,
    HostDance dance, PushTally tally)
{
    readonly List<LedgerPack> _covered = [];

    public async Task<PushedSession> RunAsync(SpooledSession session, CancellationToken cancellationToken)
    {
        if (await OutgoingSnapshot.TryFindAsync(parts.Hot, repository, session.Id, cancellationToken) is { } outgoing
            && await TryFinishAsync(session, outgoing, mended: 0, cancellationToken) is { } finished)
            return finished;
        var wanted = session.Ledger.Packs.Select(pack => pack.Prefix).ToHashSet();
        await sender.SendAsync(
            pool, wanted, tables => CoverAsync(session, tables, cancellationToken), cancellationToken);
        for (var attempt = 1; attempt <= SnapshotCommit.AttemptsMax; attempt++)
        {
            var mended = await mender.MendAsync(session.Ledger.Packs, cancellationToken);
            if (mended.Missing > 0)
                return await WaitAsync(session, mended, cancellationToken);
            var (ulid, ledger, _) = await dance.AnnounceAsync(
                session.Ledger with { Packs = mended.Packs }, name: null, cancellationToken);
            await dance.LookAsync(cancellationToken);
            if (!mender.IsWhole(mended.Packs) || dance.IsProposedVoid(ledger))
                continue;
            // The time that counts if the other is not confirmed by the store: for nobody but the host knows when a
            // spooled backup was made.
            var info = session.Info with { Finished = repository.Environment.Time.GetUtcNow() };
            var (name, stored) = dance.SealSnapshot(ulid, ledger, info);
            var made = new OutgoingSnapshot(session.Id, name, stored);
            await WriteAsync(session, made, cancellationToken);
            if (await TryFinishAsync(session, made, mended.Moved, cancellationToken) is { } done)
                return done;
        }
        throw new CommitException(
            $"what the spooled session {session.Id} relies on was condemned or given up {SnapshotCommit.AttemptsMax} "
            + "times in a row. It stays in the spool: look whether some prune runs without pause");
    }

    async Task WriteAsync(SpooledSession session, OutgoingSnapshot made, CancellationToken cancellationToken)
    {
        try
        {
            await made.WriteAsync(parts.Hot, cancellationToken);
        }
        // The store has its packs, and a ledger there that was looked for keeps them.
        catch (StoreException e) when (e.Kind == StoreErrorKind.Full)
        {
            foreach (var pack in session.Ledger.Packs)
            {
                if (pool.Packs.TryGetValue(pack.Prefix, out var found) && sender.InStore.Contains(pack.Prefix))
                    await pool.RemoveAsync(found, cancellationToken);
            }
            await made.WriteAsync(parts.Hot, cancellationToken);
        }
    }

    /// <summary>H5. Null if the ledger was given up meanwhile: then it needs another.</summary>
    async Task<PushedSession?> TryFinishAsync(
        SpooledSession session, OutgoingSnapshot outgoing, long mended, CancellationToken cancellationToken)
    {
        var name = outgoing.Name;
        await repository.Store.PutAsync(name.Key, [outgoing.Stored], PutOptions.Hot, cancellationToken);
        await dance.LookAsync(cancellationToken);
        // It was pushed long ago, and somebody decided since that it is not wanted.
        if (retired.Forgotten.Contains(name.Hash))
            tally.AddNote($"the snapshot {name.Hash} was forgotten before this push could report it");
        else if (dance.IsProposedVoid(name.Ledger))
        {
            await outgoing.DeleteAsync(parts.Hot, cancellationToken);
            return null;
        }
        return new PushedSession(
            session.Id, session.Info with { Name = name }, name, Missing: 0, mended, IsDiscarded: false);
    }

    // H6: so that no prune takes it for abandoned while the rest is sent, or waits for what is missing.
    async Task CoverAsync(
        SpooledSession session, IReadOnlyList<PackTable> tables, CancellationToken cancellationToken)
    {
        await sender.IndexAsync(dance, tables, cancellationToken);
        _covered.AddRange(tables.Select(
            table => new LedgerPack(PackPrefix.Of(table.Name), RowCount: 0, default)));
        await AnnounceInterimAsync(session, [.. _covered], cancellationToken);
    }

    async Task<PushedSession> WaitAsync(
        SpooledSession session, Mended mended, CancellationToken cancellationToken)
    {
        if (mended.Packs.Length > 0)
            await AnnounceInterimAsync(session, mended.Packs, cancellationToken);
        return new PushedSession(
            session.Id, session.Info, Snapshot: null, mended.Missing, mended.Moved, IsDiscarded: false);
    }

    async Task AnnounceInterimAsync(
        SpooledSession session, LedgerPack[] packs, CancellationToken cancellationToken)
    {
        var ledger = session.Ledger with
        {
            Kind = LedgerKind.Interim, Packs = [.. packs.DistinctBy(pack => pack.Prefix)
                .OrderBy(pack => pack.Prefix)],
        };
        await dance.AnnounceAsync(ledger, name: null, cancellationToken);
        await dance.LookAsync(cancellationToken);
    }
}
