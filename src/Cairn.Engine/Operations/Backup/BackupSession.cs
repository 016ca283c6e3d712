using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Writing;
using Cairn.Engine.State;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Backup;

/// <summary>
/// What a run of a backup announces besides packs: index objects, interim ledgers, the final ledger; and its looks at
/// what others retired (docs/design/commit-protocol.md, hosts).
/// </summary>
sealed class BackupSession(Repository repository, BlobIndex index, RetiredLog retired, IStateFolder state,
    BackupOptions options)
{
    readonly Lock _lock = new();
    readonly List<PackTable> _unindexed = [];
    readonly StoredPackLog _log = new(state, repository.Id);
    readonly HostIdentity _host = repository.RequireHost();
    long _unindexedRows;

    public Ulid Id { get; } = Ulid.New(repository.Environment.Time, repository.Environment.Random);

    public HostDance Dance { get; } = new(repository, retired, state);

    /// <summary>Names the final ledger, and with it the snapshot; null for a name by time and chance.</summary>
    public Func<Ulid>? NameFinal { get; init; }

    /// <summary>Rows of packs that no index object names yet: checkpoints come earlier when there are many.</summary>
    public bool IsIndexDue => Interlocked.Read(ref _unindexedRows) >= IndexGroups.RowsMax;

    /// <summary>
    /// Takes up what a run that was killed had stored without announcing it: it need not be sent again. Packs that were
    /// condemned meanwhile stay excluded.
    /// </summary>
    public async Task TakeUpStoredPacksAsync(CancellationToken cancellationToken)
    {
        foreach (var table in _log.Load())
        {
            // Of this machine's present identity: an index object vouches for its writer's packs.
            var isOfUse = table.Authors[0] == _host.Id && !index.TryFindPack(table.Name, out _)
                && !retired.Condemned.Contains(table.Name)
                && await IsThereAsync(table, cancellationToken);
            if (isOfUse)
                Register(table);
            else
                _log.Remove(table);
        }
    }

    /// <summary>A pack is stored: look-ups find it, and it belongs in the next index object.</summary>
    public PackNumber AddStored(PackTable table)
    {
        _log.Add(table);
        return Register(table);
    }

    // Under one lock, so that what a look-up finds is in an index object or will be in the next (H1).
    PackNumber Register(PackTable table)
    {
        lock (_lock)
        {
            _unindexed.Add(table);
            Interlocked.Add(ref _unindexedRows, table.Rows.Length);
            return index.AddPending(table);
        }
    }

    // The log is this machine's memory, and the repository may have been put back to an older copy since. Where a store
    // lets a host see no packs they are sent again.
    async Task<bool> IsThereAsync(PackTable table, CancellationToken cancellationToken)
    {
        try
        {
            var info = await repository.Store.StatAsync(ObjectNames.Pack(table.Name), cancellationToken);
            return info?.Size == table.PackSize;
        }
        catch (StoreException e) when (e.Kind == StoreErrorKind.Refused)
        {
            return false;
        }
    }

    /// <summary>
    /// H6: index, interim ledger, look. From then on what is stored so far is kept for this run, and a run after a
    /// crash finds it.
    /// </summary>
    public async Task CheckpointAsync(NeedSet needs, CancellationToken cancellationToken)
    {
        // Before the index is written: workers go on storing meanwhile, and no ledger may name what no index names
        // (H1).
        var packs = LedgerPacks.Of(needs);
        if (!await WriteIndexAsync(cancellationToken))
            return;
        // What is spooled is announced by whoever pushes it.
        if (!options.IsSpooled)
            await AnnounceAsync(LedgerKind.Interim, packs, cancellationToken);
        await LookAsync(cancellationToken);
    }

    /// <summary>H1: names all packs stored since the last time. False if there were none.</summary>
    public async Task<bool> WriteIndexAsync(CancellationToken cancellationToken)
    {
        var tables = TakeUnindexed();
        foreach (var group in IndexGroups.ByRows(tables))
        {
            var (key, _) = await Dance.PutIndexAsync(group, cancellationToken);
            index.Absorb(key, group);
        }
        if (tables.Length > 0)
            index.Commit();
        foreach (var table in tables)
            _log.Remove(table);
        return tables.Length > 0;
    }

    /// <summary>H3: says what the session, or its snapshot, needs.</summary>
    public async Task<(Ulid Ulid, ObjectHash Hash)> AnnounceAsync(
        LedgerKind kind, LedgerPack[] packs, CancellationToken cancellationToken)
    {
        var name = kind == LedgerKind.Final ? NameFinal?.Invoke() : null;
        var (ulid, hash, _) = await Dance.AnnounceAsync(Describe(kind, packs), name, cancellationToken);
        return (ulid, hash);
    }

    /// <summary>What a ledger of this session says, but for its place in the chain.</summary>
    public Ledger Describe(LedgerKind kind, LedgerPack[] packs) => new()
    {
        Kind = kind, Time = repository.Environment.Time.GetUtcNow(), Session = Id,
        Source = KeyedName.Of(repository.Shared.Index, options.Source),
        Tags = [.. options.Tags.Select(tag => KeyedName.Of(repository.Shared.Index, tag)).Distinct().Order()],
        Previous = PreviousLedger.Unknown, Packs = packs,
    };

    /// <summary>H2, H4: reads what others have retired since, and never relies on it again.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        await Dance.LookAsync(cancellationToken);
        foreach (var pack in retired.Condemned)
            index.Exclude(pack);
    }

    /// <summary>
    /// Whether anything the ledger names is condemned: all it names against all condemnations, so that a mistake
    /// elsewhere makes this run go in circles rather than lose data (H2).
    /// </summary>
    public bool NeedsCondemned(NeedSet needs) =>
        needs.Packs().Any(pack => retired.Condemned.Contains(index.GetPack(pack).Name));

    PackTable[] TakeUnindexed()
    {
        lock (_lock)
        {
            PackTable[] tables = [.. _unindexed];
            _unindexed.Clear();
            Interlocked.Exchange(ref _unindexedRows, 0);
            return tables;
        }
    }
}
