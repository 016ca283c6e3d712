using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.State;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Push;

/// <summary>
/// Removes packs of which nobody knows: what a backup that was killed left behind together with its memory, and what
/// came back when power was cut. Only while no backup runs into the spool, and before the next one.
/// </summary>
public static class SpoolSweep
{
    public static async Task RunAsync(
        Repository repository, SpoolParts spool, IStateFolder state, CancellationToken cancellationToken)
    {
        var known = new StoredPackLog(state, repository.Id).Load()
            .Select(table => PackPrefix.Of(table.Name)).ToHashSet();
        await foreach (var table in KnownMirror.TablesAsync(
            repository, spool.Hot, ObjectNames.Index, cancellationToken))
            known.Add(PackPrefix.Of(table.Name));
        var sessions = new List<(ObjectKey Key, DatedName Name)>();
        await foreach (var info in spool.Hot.ListAsync(SpoolNames.Sessions, cancellationToken))
        {
            if (info.ForeignName is null && ObjectNames.TryParseDated(SpoolNames.Sessions, info.Key, out var name))
                sessions.Add((info.Key, name));
        }
        foreach (var (key, name) in sessions)
        {
            var session = await ObjectReader.ReadAsync(
                spool.Hot, key, name.Hash, bytes => SpooledSession.Open(repository, bytes), cancellationToken);
            known.UnionWith(session.Ledger.Packs.Select(pack => pack.Prefix));
        }
        var pool = await SpoolPool.ReadAsync(spool, cancellationToken);
        foreach (var pack in pool.Packs.Values.Where(pack => !known.Contains(pack.Prefix)).ToList())
            await pool.RemoveAsync(pack, cancellationToken);
        await pool.RemoveStaleMarksAsync(cancellationToken);
    }
}
