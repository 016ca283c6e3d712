using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Push;

/// <param name="Missing">Rows whose blobs are nowhere.</param>
/// <param name="Moved">Rows whose blobs were found elsewhere, or stored again.</param>
readonly record struct Mended(LedgerPack[] Packs, long Missing, long Moved);

/// <summary>
/// What a ledger names may be condemned when it is pushed at last, or gone: by a prune that found nobody who needs it,
/// or that repacked it. A manifest names blobs and not packs, so each blob may as well lie elsewhere (H4: store that
/// again). From packs that are still in the spool rows are copied into new ones, since names of packs never recur (S3);
/// others are looked up in the index. What is in neither is missing, until some backup stores it again.
/// </summary>
sealed class Mender(
    Repository repository, SpoolParts parts, SpoolPool pool, PackSender sender, RetiredLog retired, HostDance dance,
    PushOptions options)
{
    public async Task<Mended> MendAsync(IReadOnlyList<LedgerPack> packs, CancellationToken cancellationToken)
    {
        var gone = FindGone(packs);
        if (gone.Count == 0)
            return new Mended([.. packs], 0, 0);
        var rows = new LedgerRows(packs.Where(pack => !gone.ContainsKey(pack.Prefix)));
        var (missing, moved) = (0L, 0L);
        var elsewhere = new Dictionary<PackPrefix, LedgerPack>(gone);
        foreach (var (prefix, pack) in gone)
        {
            if (await TryStoreAgainAsync(pack, rows, cancellationToken) is not { } copied)
                continue;
            moved += copied;
            elsewhere.Remove(prefix);
        }
        var ids = await FindIdsAsync(elsewhere, cancellationToken);
        missing += elsewhere.Values.Sum(pack => pack.NamesAll ? 1L : CountOf(pack));
        var wanted = ids.Count;
        await FindElsewhereAsync(ids, elsewhere, gone, rows, cancellationToken);
        return new Mended(rows.ToArray(), missing + ids.Count, moved + wanted - ids.Count);
    }

    /// <summary>Whether anything of it must not be relied on any more.</summary>
    public bool IsWhole(IReadOnlyList<LedgerPack> packs) => FindGone(packs).Count == 0;

    Dictionary<PackPrefix, LedgerPack> FindGone(IReadOnlyList<LedgerPack> packs)
    {
        var condemned = retired.Condemned.Select(pack => PackPrefix.Of(pack)).ToHashSet();
        return packs.Where(pack => condemned.Contains(pack.Prefix) || !IsThere(pack.Prefix))
            .ToDictionary(pack => pack.Prefix);
    }

    bool IsThere(PackPrefix prefix) => sender.InStore.Contains(prefix);

    /// <summary>Null if the pack is not in the spool; else how many rows were copied.</summary>
    async Task<long?> TryStoreAgainAsync(LedgerPack pack, LedgerRows rows, CancellationToken cancellationToken)
    {
        if (!pool.Packs.TryGetValue(pack.Prefix, out var found) || sender.IsDamaged(found.Name))
            return null;
        using var buffer = await pool.GetAsync(found, cancellationToken);
        var context = repository.CreatePackContext();
        if (sender.TryVerify(found, buffer.Span) is not { } table
            || PackHeader.Decode(buffer.Span).Domain != context.Domain)
            return null;
        var stored = new List<PackTable>();
        var (copier, copied, offset) = ((PackCopier?)null, new List<int>(), table.BlobsOffset);
        try
        {
            for (var row = 0; row < table.Rows.Length; offset += table.Rows[row++].StoredLength)
            {
                if (!pack.Names(row))
                    continue;
                copier ??= new PackCopier(context, table.Kind, table.Rows[row].StoredLength);
                if (!copier.TryAdd(table, buffer.Span, row, offset, out var to))
                {
                    stored.Add(await StoreAsync(copier, copied));
                    copier = new PackCopier(context, table.Kind, table.Rows[row].StoredLength);
                    var fits = copier.TryAdd(table, buffer.Span, row, offset, out to);
                    Invariant.That(fits);
                }
                copied.Add(to);
            }
            if (copier is not null)
                stored.Add(await StoreAsync(copier, copied));
            copier = null;
        }
        finally
        {
            copier?.Dispose();
        }
        await sender.IndexAsync(dance, stored, cancellationToken);
        return stored.Sum(table => (long)table.Rows.Length);

        async Task<PackTable> StoreAsync(PackCopier full, List<int> into)
        {
            using var made = full.Seal();
            copier = null;
            await repository.Store.PutAsync(
                ObjectNames.Pack(made.Table.Name), [made.Bytes], found.IsData ? PutOptions.Data : PutOptions.Hot,
                cancellationToken);
            foreach (var row in into)
                rows.Add(PackPrefix.Of(made.Table.Name), made.Table.Rows.Length, row);
            into.Clear();
            return made.Table;
        }
    }

    /// <summary>The blobs that are wanted of those packs; packs whose tables are found are taken out.</summary>
    async Task<HashSet<BlobId>> FindIdsAsync(
        Dictionary<PackPrefix, LedgerPack> packs, CancellationToken cancellationToken)
    {
        var ids = new HashSet<BlobId>();
        void Take(PackTable table)
        {
            if (packs.Remove(PackPrefix.Of(table.Name), out var pack))
                ids.UnionWith(table.Rows.Where((_, row) => pack.Names(row)).Select(row => row.Id));
        }
        foreach (var (prefix, table) in sender.Lost)
        {
            if (packs.ContainsKey(prefix))
                Take(table);
        }
        foreach (var (part, prefix) in new[]
            { (parts.Known, ObjectNames.Index), (parts.Hot, ObjectNames.Index), (parts.Hot, SpoolNames.Old) })
        {
            if (packs.Count == 0)
                break;
            await foreach (var table in KnownMirror.TablesAsync(repository, part, prefix, cancellationToken))
                Take(table);
        }
        return ids;
    }

    async Task FindElsewhereAsync(
        HashSet<BlobId> ids, Dictionary<PackPrefix, LedgerPack> unknown, Dictionary<PackPrefix, LedgerPack> gone,
        LedgerRows rows, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
            return;
        var trusts = options.Trust.For(repository);
        await foreach (var table in KnownMirror.TablesAsync(
            repository, parts.Known, ObjectNames.Index, cancellationToken))
        {
            var prefix = PackPrefix.Of(table.Name);
            if (gone.ContainsKey(prefix) || unknown.ContainsKey(prefix) || retired.Condemned.Contains(table.Name)
                || !trusts(table.Authors, table.IndexedBy))
                continue;
            for (var row = 0; row < table.Rows.Length; row++)
            {
                if (ids.Remove(table.Rows[row].Id))
                    rows.Add(prefix, table.Rows.Length, row);
            }
        }
    }

    static long CountOf(LedgerPack pack) => Enumerable.Range(0, (int)pack.RowCount).Count(pack.Names);
}
