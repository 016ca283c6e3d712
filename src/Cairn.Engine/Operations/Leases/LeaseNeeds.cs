using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Operations.Prune;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;
using Cairn.Engine.Storage.Decorators;

namespace Cairn.Engine.Operations.Leases;

/// <summary>
/// What a look says of each object: whether its lock is to be renewed. Packs by the ledgers, which need no key that
/// reads contents; ledgers until they are void, snapshots until they are forgotten; the repository's memory (keys,
/// hosts, index, announcements) always, for nothing of it is ever given up.
/// </summary>
sealed class LeaseNeeds
{
    static readonly string[] Memory =
    [
        ObjectNames.Epochs, ObjectNames.Keys, ObjectNames.Hosts, ObjectNames.Index, ObjectNames.Moves,
        ObjectNames.Retired,
    ];

    /// <summary>The repository's memory, on which every snapshot depends.</summary>
    public List<OriginalVersion> Common { get; } = [];

    /// <summary>By the hash of the ledger.</summary>
    public Dictionary<ObjectHash, OriginalVersion> Ledgers { get; } = [];
    public List<(SnapshotName Name, OriginalVersion Original)> Snapshots { get; } = [];
    public List<(ListedPack Pack, OriginalVersion Original)> Packs { get; } = [];

    /// <summary>Not needed and not condemned: somebody may still begin to rely on them.</summary>
    public List<(ListedPack Pack, OriginalVersion Original)> Spare { get; } = [];

    /// <summary>
    /// M3: not needed as far as this look shows, and condemned only while it lasted. A ledger that was stored behind
    /// the listing of ledgers and before the condemnation may need them all the same; the next look tells.
    /// </summary>
    public List<(ListedPack Pack, OriginalVersion Original)> Undecided { get; } = [];

    /// <summary>Not needed, and of a run that may still be under way.</summary>
    public List<OriginalVersion> Unfinished { get; } = [];

    /// <summary>Not needed and condemned: nobody begins to rely on them.</summary>
    public List<(ListedPack Pack, OriginalVersion Original)> Dead { get; } = [];

    public IEnumerable<OriginalVersion> All =>
        [.. Common, .. Ledgers.Values, .. Snapshots.Select(found => found.Original),
            .. Packs.Select(found => found.Original)];

    public static async Task<LeaseNeeds> OfAsync(
        Survey survey, LeaseSight sight, CancellationToken cancellationToken)
    {
        var needs = new LeaseNeeds();
        await needs.AddCommonAsync(sight, cancellationToken);
        needs.AddLedgers(survey, sight);
        foreach (var pack in survey.Packs)
            needs.AddPack(pack, survey, sight);
        return needs;
    }

    async Task AddCommonAsync(LeaseSight sight, CancellationToken cancellationToken)
    {
        if (sight.Originals.TryFind(ObjectNames.Descriptor) is { } descriptor)
            Common.Add(descriptor);
        foreach (var prefix in Memory)
        {
            await foreach (var info in sight.Originals.ListAsync(prefix, cancellationToken))
            {
                // What cannot be used as an index object is junk that a host may have planted.
                if (info.ForeignName is null && sight.Originals.TryFind(info.Key) is { } original
                    && (prefix != ObjectNames.Index || sight.Index.Absorbed.Contains(info.Key)))
                    Common.Add(original);
            }
        }
    }

    void AddLedgers(Survey survey, LeaseSight sight)
    {
        // Also of forgotten snapshots: until a record says that it is void, a ledger that is gone is a gap in its
        // host's chain, at which prune stops and hosts are promised nothing any more.
        foreach (var ledger in survey.Ledgers)
        {
            if (!sight.Retired.Void.Contains(ledger.Name.Hash)
                && sight.Originals.TryFind(ledger.Key) is { } original)
                Ledgers[ledger.Name.Hash] = original;
        }
        foreach (var snapshot in survey.Snapshots)
        {
            if ((Ledgers.ContainsKey(snapshot.Ledger) || sight.HasGaps)
                && !sight.Retired.Forgotten.Contains(snapshot.Hash) && !sight.Retired.Void.Contains(snapshot.Ledger)
                && sight.Originals.TryFind(snapshot.Key) is { } original)
                Snapshots.Add((snapshot, original));
        }
    }

    void AddPack(ListedPack pack, Survey survey, LeaseSight sight)
    {
        if (sight.Originals.TryFind(ObjectNames.Pack(pack.Name)) is not { } original)
            return;
        var isCondemned = sight.Retired.Condemned.Contains(pack.Name);
        // Where a ledger may be missing, what nobody has announced to be of no use may be what it needs.
        var isNeeded = survey.Liveness.IsNeeded(pack.Name, sight.RowsOf(pack.Name)) || (sight.HasGaps && !isCondemned);
        if (isNeeded && !sight.Retired.Deleted.Contains(pack.Name))
            Packs.Add((pack, original));
        else if (isCondemned && !survey.Condemned.Contains(pack.Name) && !sight.Retired.Deleted.Contains(pack.Name))
            Undecided.Add((pack, original));
        else if (isCondemned)
            Dead.Add((pack, original));
        else if (sight.IsOfRunUnderWay(pack))
            Unfinished.Add(original);
        else
            Spare.Add((pack, original));
    }
}

/// <summary>What a run of leases goes by beside its look.</summary>
/// <param name="Began">Before the first listing of the look.</param>
/// <param name="Now">When the look was over.</param>
sealed record LeaseSight(
    OriginalsStore Originals, BlobIndex Index, RetiredLog Retired, bool HasGaps, TimeSpan UnfinishedAfter,
    DateTimeOffset Began, DateTimeOffset Now)
{
    public int? RowsOf(ObjectHash pack) => PruneOperation.RowsOf(Index, pack);

    /// <summary>No index object names it yet, so nobody else can rely on it.</summary>
    public bool IsOfRunUnderWay(ListedPack pack) =>
        RowsOf(pack.Name) is null && (pack.Modified is not { } modified || Now - modified < UnfinishedAfter);
}
