using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Repositories.Writing;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Push;

/// <summary>
/// Sends packs of a spool, and the index objects that name them (H1). Each pack is verified before: a spool lies on a
/// disk like any other.
/// </summary>
sealed class PackSender(
    Repository repository, SpoolParts parts, KnownMirror mirror, RetiredLog retired, PushTally tally,
    PushOptions options)
{
    readonly HashSet<PackPrefix> _inStore = [];
    readonly HashSet<ObjectHash> _damaged = [];
    readonly Dictionary<PackPrefix, PackTable> _lost = [];

    /// <summary>Packs that an index object of the repository names.</summary>
    public IReadOnlySet<PackPrefix> InStore => _inStore;

    /// <summary>What was in packs that an index object of the spool names, and that could not be sent.</summary>
    public IReadOnlyDictionary<PackPrefix, PackTable> Lost => _lost;

    public bool IsDamaged(ObjectHash pack)
    {
        lock (_damaged)
            return _damaged.Contains(pack);
    }

    public async Task ReadKnownAsync(CancellationToken cancellationToken)
    {
        await foreach (var table in KnownMirror.TablesAsync(
            repository, parts.Known, ObjectNames.Index, cancellationToken))
            _inStore.Add(PackPrefix.Of(table.Name));
    }

    /// <summary>
    /// Sends what index objects of the spool name of these packs, each with all that it names, and then it.
    /// </summary>
    /// <param name="onSent">Called from time to time with what was sent and stands in no index object of the store
    /// yet.</param>
    public async Task SendAsync(
        SpoolPool pool, IReadOnlySet<PackPrefix> wanted, Func<IReadOnlyList<PackTable>, Task> onSent,
        CancellationToken cancellationToken)
    {
        var keys = new List<(ObjectKey Key, DatedName Name)>();
        await foreach (var info in parts.Hot.ListAsync(ObjectNames.Index, cancellationToken))
        {
            if (info.ForeignName is null && ObjectNames.TryParseDated(ObjectNames.Index, info.Key, out var name))
                keys.Add((info.Key, name));
        }
        foreach (var (key, name) in keys)
        {
            var (stored, tables) = await ObjectReader.ReadAsync(
                parts.Hot, key, name.Hash,
                bytes => (bytes, IndexObject.Open(repository, name, bytes).AllTables.ToArray()), cancellationToken);
            if (tables.Any(table => wanted.Contains(PackPrefix.Of(table.Name))))
                await SendGroupAsync(pool, key, stored, tables, onSent, cancellationToken);
        }
    }

    async Task SendGroupAsync(
        SpoolPool pool, ObjectKey key, ReadOnlyMemory<byte> stored, PackTable[] tables,
        Func<IReadOnlyList<PackTable>, Task> onSent, CancellationToken cancellationToken)
    {
        var last = repository.Environment.Time.GetTimestamp();
        var (sent, covered) = (new List<PackTable>(), 0);
        foreach (var group in tables.Chunk(options.PacksInFlightMax))
        {
            var outcomes = await Task.WhenAll(group.Select(table => IsInStoreAsync(pool, table, cancellationToken)));
            sent.AddRange(group.Where((_, i) => outcomes[i]));
            if (repository.Environment.Time.GetElapsedTime(last) < options.CoverInterval || sent.Count == covered)
                continue;
            await onSent(sent[covered..]);
            (last, covered) = (repository.Environment.Time.GetTimestamp(), sent.Count);
        }
        _inStore.UnionWith(sent.Select(table => PackPrefix.Of(table.Name)));
        foreach (var table in tables.Except(sent))
            _lost[PackPrefix.Of(table.Name)] = table;
        // H1: no index object may name what is not there, unless everybody knows that it goes.
        if (tables.All(table => sent.Contains(table) || retired.Condemned.Contains(table.Name)))
        {
            await repository.Store.PutAsync(key, [stored], PutOptions.Hot, cancellationToken);
            await mirror.AddAsync(key, stored, cancellationToken);
        }
        else if (sent.Count > covered)
            await onSent(sent[covered..]);
        await parts.Hot.DeleteAsync(key, cancellationToken);
    }

    Task<bool> IsInStoreAsync(SpoolPool pool, PackTable table, CancellationToken cancellationToken)
    {
        var prefix = PackPrefix.Of(table.Name);
        return pool.Packs.TryGetValue(prefix, out var pack)
            ? TrySendAsync(pool, pack, cancellationToken)
            : Task.FromResult(_inStore.Contains(prefix));
    }

    /// <summary>False if it cannot be used: it is damaged, or somebody has condemned it.</summary>
    async Task<bool> TrySendAsync(SpoolPool pool, PoolPack pack, CancellationToken cancellationToken) =>
        !retired.Condemned.Contains(pack.Name) && !IsDamaged(pack.Name)
        && (await IsThereAsync(pool, pack, cancellationToken)
            || await SendAsync(pool, pack, cancellationToken) is not null);

    // A mark is this machine's memory, and the repository may have been put back to an older copy since. Where a store
    // lets a host see no packs the mark has to do.
    async Task<bool> IsThereAsync(SpoolPool pool, PoolPack pack, CancellationToken cancellationToken)
    {
        if (!pool.IsSent(pack))
            return false;
        try
        {
            if ((await repository.Store.StatAsync(ObjectNames.Pack(pack.Name), cancellationToken))?.Size == pack.Size)
                return true;
            await pool.UnmarkAsync(pack, cancellationToken);
            return false;
        }
        catch (StoreException e) when (e.Kind == StoreErrorKind.Refused)
        {
            return true;
        }
    }

    /// <summary>Stores the pack, if it was not yet. Null if it is damaged.</summary>
    public async Task<PackTable?> SendAsync(SpoolPool pool, PoolPack pack, CancellationToken cancellationToken)
    {
        using var buffer = await pool.GetAsync(pack, cancellationToken);
        if (TryVerify(pack, buffer.Span) is not { } table)
            return null;
        if (pool.IsSent(pack))
            return table;
        await repository.Store.PutAsync(
            ObjectNames.Pack(pack.Name), [buffer.Memory], pack.IsData ? PutOptions.Data : PutOptions.Hot,
            cancellationToken);
        await pool.MarkSentAsync(pack, cancellationToken);
        tally.AddPack(pack.Size);
        return table;
    }

    /// <summary>Makes index objects of tables whose packs are stored.</summary>
    public async Task IndexAsync(
        HostDance dance, IEnumerable<PackTable> tables, CancellationToken cancellationToken)
    {
        foreach (var group in IndexGroups.ByRows(tables))
        {
            var (key, stored) = await dance.PutIndexAsync(group, cancellationToken);
            await mirror.AddAsync(key, stored, cancellationToken);
            _inStore.UnionWith(group.Select(table => PackPrefix.Of(table.Name)));
        }
    }

    /// <summary>Null, and noted, if it is not what it was.</summary>
    public PackTable? TryVerify(PoolPack pack, ReadOnlySpan<byte> stored)
    {
        try
        {
            return PackReader.Verify(pack.Name, stored, repository.Keys, repository.Signers);
        }
        catch (FormatViolationException e)
        {
            lock (_damaged)
            {
                if (_damaged.Add(pack.Name))
                    tally.AddNote($"{ObjectNames.Pack(pack.Name)} in the spool is damaged: {e.Message}");
            }
            return null;
        }
    }
}
