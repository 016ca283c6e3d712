using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Push;

/// <summary>
/// Makes room for a backup that waits for it: sends packs of sessions that are not finished, and announces them in an
/// interim ledger, as a backup does that needs no spool (H6). All that was sent so stays named by the newest of these
/// ledgers, until nothing in the spool can need it any more.
/// </summary>
sealed class SpoolRelief(
    Repository repository, SpoolParts parts, SpoolPool pool, PackSender sender, RetiredLog retired, HostDance dance,
    PushTally tally)
{
    // Announced together: each announcement costs three requests.
    const int PacksAtOnce = 16;

    public async Task RunAsync(IReadOnlySet<PackPrefix> ofSessions, CancellationToken cancellationToken)
    {
        var packs = pool.Packs.Values.Where(pack => !ofSessions.Contains(pack.Prefix)).ToList();
        foreach (var group in packs.Chunk(PacksAtOnce))
        {
            var tables = new List<PackTable>();
            foreach (var pack in group)
            {
                if (!retired.Condemned.Contains(pack.Name)
                    && await sender.SendAsync(pool, pack, cancellationToken) is { } table)
                    tables.Add(table);
            }
            if (tables.Count == 0)
                continue;
            await sender.IndexAsync(dance, tables, cancellationToken);
            var keep = await AnnounceAsync(tables, cancellationToken);
            foreach (var table in tables.Where(table => !retired.Condemned.Contains(table.Name)))
            {
                await pool.RemoveAsync(pool.Packs[PackPrefix.Of(table.Name)], cancellationToken);
                tally.Freed++;
            }
            await keep();
        }
    }

    /// <summary>Nothing in the spool can need any more what was announced.</summary>
    public static async Task EndAsync(IObjectStore spool, CancellationToken cancellationToken)
    {
        foreach (var key in await ListAsync(spool, cancellationToken))
            await spool.DeleteAsync(key, cancellationToken);
    }

    /// <returns>Writes the ledger down: when there is room again.</returns>
    async Task<Func<Task>> AnnounceAsync(List<PackTable> tables, CancellationToken cancellationToken)
    {
        var former = await ListAsync(parts.Hot, cancellationToken);
        var ledger = former.Count > 0 ? await TryReadAsync(former[^1], cancellationToken) : null;
        var packs = (ledger?.Packs ?? []).Concat(tables.Select(
            table => new LedgerPack(PackPrefix.Of(table.Name), RowCount: 0, default)));
        var (ulid, hash, stored) = await dance.AnnounceAsync(
            new Ledger
            {
                Kind = LedgerKind.Interim, Time = repository.Environment.Time.GetUtcNow(),
                Session = ledger?.Session ?? Ulid.New(repository.Environment.Time, repository.Environment.Random),
                Source = KeyedName.Of(repository.Shared.Index, ""), Tags = [], Previous = PreviousLedger.Unknown,
                Packs = [.. packs.DistinctBy(pack => pack.Prefix).OrderBy(pack => pack.Prefix)],
            },
            name: null, cancellationToken);
        await dance.LookAsync(cancellationToken);
        return async () =>
        {
            await parts.Hot.PutAsync(
                ObjectNames.Ledger(repository.RequireHost().Id, ulid, hash), [stored], PutOptions.Hot,
                cancellationToken);
            foreach (var key in former)
                await parts.Hot.DeleteAsync(key, cancellationToken);
        };
    }

    async Task<Ledger?> TryReadAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (!ObjectNames.TryParseLedger(key, out _, out var name))
            return null;
        return await ObjectReader.ReadAsync(
            parts.Hot, key, name.Hash,
            bytes => LedgerCodec.Decode(
                IndexEnvelope.Open(ObjectType.Ledger, bytes.Span, repository.Keys, repository.Signers).Body),
            cancellationToken);
    }

    static async Task<List<ObjectKey>> ListAsync(IObjectStore spool, CancellationToken cancellationToken)
    {
        var keys = new List<ObjectKey>();
        await foreach (var info in spool.ListAsync(ObjectNames.Ledgers, cancellationToken))
        {
            if (info.ForeignName is null)
                keys.Add(info.Key);
        }
        return keys;
    }
}
