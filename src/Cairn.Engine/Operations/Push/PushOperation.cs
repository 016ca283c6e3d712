using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.State;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Push;

/// <summary>
/// Sends what lies in a spool, and only then announces, looks and commits (docs/design/spool.md). What was sent is
/// removed from the spool when the store has it and a ledger there needs it, not before.
/// </summary>
public static class PushOperation
{
    /// <summary>One at a time; backups into the spool may run beside it.</summary>
    /// <param name="repository">The real one, opened with this host's credential.</param>
    /// <param name="state">Only the end of the chain of ledgers is used: no lock is needed for that.</param>
    public static async Task<PushResult> RunAsync(
        Repository repository, SpoolParts spool, IStateFolder state, PushOptions options, WorkMonitor monitor,
        CancellationToken cancellationToken)
    {
        BackupOperation.RequireEnrolled(repository);
        var run = new PushRun(repository, spool, state, options, monitor);
        return await run.RunAsync(cancellationToken);
    }
}

sealed class PushRun(
    Repository repository, SpoolParts spool, IStateFolder state, PushOptions options, WorkMonitor monitor)
{
    readonly PushTally _tally = new(monitor);
    readonly RetiredLog _retired = new(repository.Store, repository.Keys, repository.Signers);
    readonly KnownMirror _mirror = new(repository.Store, spool.Known);
    readonly List<PushedSession> _results = [];
    readonly List<(ObjectKey Key, SpooledSession Session)> _sessions = [];

    public async Task<PushResult> RunAsync(CancellationToken cancellationToken)
    {
        var dance = new HostDance(repository, _retired, state);
        await dance.LookAsync(cancellationToken);
        await _mirror.RefreshAsync(repository.RequireHost().Id, cancellationToken);
        await _mirror.PutGoneAsideAsync(spool.Hot, cancellationToken);
        await ReadSessionsAsync(cancellationToken);
        await OutgoingSnapshot.SweepAsync(
            spool.Hot, _sessions.Select(item => item.Session.Id).ToHashSet(), cancellationToken);
        if (_sessions.Count > 0 || options.IsBlocked())
        {
            var pool = await SpoolPool.ReadAsync(spool, cancellationToken);
            var sender = new PackSender(repository, spool, _mirror, _retired, _tally, options);
            await sender.ReadKnownAsync(cancellationToken);
            var mender = new Mender(repository, spool, pool, sender, _retired, dance, options);
            monitor.Expect(pool.Packs.Count, pool.Packs.Values.Sum(pack => pack.Size));
            foreach (var (key, session) in _sessions.ToArray())
                _results.Add(await PushAsync(key, session));
            await RetryAsync();
            if (options.IsBlocked())
                await new SpoolRelief(repository, spool, pool, sender, _retired, dance, _tally)
                    .RunAsync(NamedBySessions(), cancellationToken);

            async Task<PushedSession> PushAsync(ObjectKey key, SpooledSession session)
            {
                var push = new SessionPush(repository, spool, pool, sender, mender, _retired, dance, _tally);
                var result = await push.RunAsync(session, cancellationToken);
                if (result.Snapshot is null && options.Discards)
                    result = result with { IsDiscarded = true };
                if (result.Snapshot is not null || result.IsDiscarded)
                    await RemoveAsync(key, pool, cancellationToken);
                return result;
            }

            // What a session misses, a later one of the same source may have stored again. If not it has changed since,
            // and nothing will ever bring it back.
            async Task RetryAsync()
            {
                for (var i = 0; i < _results.Count; i++)
                {
                    var waiting = _results[i];
                    if (waiting.Snapshot is not null || waiting.IsDiscarded || !_results.Skip(i + 1).Any(
                        later => later.Snapshot is not null && later.Info.Source == waiting.Info.Source))
                        continue;
                    var (key, session) = _sessions.Find(item => item.Session.Id == waiting.Id);
                    _results[i] = await PushAsync(key, session);
                    if (_results[i].Snapshot is not null || _results[i].IsDiscarded)
                        continue;
                    _results[i] = _results[i] with { IsDiscarded = true };
                    await RemoveAsync(key, pool, cancellationToken);
                }
            }
        }
        await ForgetOldAsync(cancellationToken);
        return new PushResult
        {
            Sessions = _results, PacksSent = _tally.Packs, BytesSent = _tally.Bytes, PacksFreed = _tally.Freed,
            Notes = _tally.Notes, LocksLapse = _results.Count > 0 && LeaseCover.Lapses(repository, _retired),
        };
    }

    async Task ReadSessionsAsync(CancellationToken cancellationToken)
    {
        var found = new List<(ObjectKey Key, DatedName Name)>();
        await foreach (var info in spool.Hot.ListAsync(SpoolNames.Sessions, cancellationToken))
        {
            if (info.ForeignName is null && ObjectNames.TryParseDated(SpoolNames.Sessions, info.Key, out var name))
                found.Add((info.Key, name));
        }
        foreach (var (key, name) in found)
            _sessions.Add((key, await ObjectReader.ReadAsync(
                spool.Hot, key, name.Hash, bytes => SpooledSession.Open(repository, bytes), cancellationToken)));
    }

    // The record first: without its packs it would be a session that cannot be pushed.
    async Task RemoveAsync(ObjectKey key, SpoolPool pool, CancellationToken cancellationToken)
    {
        await spool.Hot.DeleteAsync(key, cancellationToken);
        var packs = _sessions.Find(item => item.Key == key).Session.Ledger.Packs;
        _sessions.RemoveAll(item => item.Key == key);
        var needed = NamedBySessions();
        foreach (var pack in packs)
        {
            if (!needed.Contains(pack.Prefix) && pool.Packs.TryGetValue(pack.Prefix, out var found))
                await pool.RemoveAsync(found, cancellationToken);
        }
    }

    HashSet<PackPrefix> NamedBySessions() =>
        [.. _sessions.SelectMany(item => item.Session.Ledger.Packs).Select(pack => pack.Prefix)];

    // A session that waits, or is being made, may rely on what only an index object says that is gone.
    async Task ForgetOldAsync(CancellationToken cancellationToken)
    {
        if (_sessions.Count > 0 || options.TryHoldBackups() is not { } held)
            return;
        using (held)
        {
            await foreach (var _ in spool.Hot.ListAsync(SpoolNames.Sessions, cancellationToken))
                return;
            await _mirror.RemoveGoneAsync(spool.Hot, cancellationToken);
            await SpoolRelief.EndAsync(spool.Hot, cancellationToken);
        }
    }
}
