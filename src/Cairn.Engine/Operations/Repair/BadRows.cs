using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Operations.Check;
using Cairn.Engine.Operations.Prune;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Repair;

/// <summary>
/// Which rows of missing and damaged packs are needed by some snapshot that counts: what there is to heal. Memory grows
/// with the damage.
/// </summary>
sealed class BadRows
{
    BadRows(HashSet<ObjectHash> packs) => Packs = packs;

    /// <summary>All packs that are missing or damaged, needed or not.</summary>
    public HashSet<ObjectHash> Packs { get; }

    /// <summary>Of each blob the rows to be healed.</summary>
    public Dictionary<BlobId, (BlobKind Kind, List<(ObjectHash Pack, int Row)> Rows)> Blobs { get; } = [];

    public HashSet<ObjectHash> NeededPacks { get; } = [];

    /// <summary>Snapshots of which something is bad.</summary>
    public List<SnapshotInfo> Snapshots { get; } = [];

    /// <summary>Ledgers that could not be read: what only they need was passed over.</summary>
    public List<CheckFinding> Problems { get; } = [];

    public static async Task<BadRows> FindAsync(
        ReadSession session, CheckResult check, CancellationToken cancellationToken)
    {
        var rows = Collect(session.Index, check);
        var bad = new BadRows([.. rows.Keys]);
        if (rows.Count == 0)
            return bad;
        var prefixes = rows.Keys.Select(pack => PackPrefix.Of(pack)).ToHashSet();
        var liveness = new Liveness();
        var counts = new RowCounts(session.Index);
        foreach (var snapshot in check.Readable)
        {
            if (await bad.TryReadLedgerAsync(session.Repository, snapshot, cancellationToken) is not { } ledger)
                continue;
            liveness.Add(ledger, counts.Of);
            if (MoveExpansion.Expand(ledger, session.Moves.Moves).Any(pack => prefixes.Contains(pack.Prefix)))
                bad.Snapshots.Add(snapshot);
        }
        liveness.Resolve(session.Moves.Moves, pack =>
            session.Index.TryFindPack(pack, out _) && !rows.ContainsKey(pack)
            && !session.Retired.Condemned.Contains(pack));
        foreach (var (pack, badOfPack) in rows)
            bad.Add(session.Index, pack, badOfPack.Where(row => liveness.IsRowNeeded(pack, row)));
        return bad;
    }

    // Of a pack that is not what its name says all rows are to go elsewhere, also those that can still be read.
    static Dictionary<ObjectHash, IEnumerable<int>> Collect(BlobIndex index, CheckResult check)
    {
        var rows = check.BadRows.ToDictionary(pack => pack.Key, pack => (IEnumerable<int>)pack.Value);
        foreach (var finding in check.Findings.Where(finding => finding.Severity == CheckSeverity.Damage))
        {
            if (finding.Object.StartsWith(ObjectNames.Packs, StringComparison.Ordinal)
                && ObjectNames.TryParsePack(new ObjectKey(finding.Object), out var name)
                && index.TryFindPack(name, out var number))
                rows[name] = Enumerable.Range(0, index.GetRowCount(number));
        }
        return rows.Where(pack => index.TryFindPack(pack.Key, out _)).ToDictionary();
    }

    void Add(BlobIndex index, ObjectHash pack, IEnumerable<int> rows)
    {
        var isFound = index.TryFindPack(pack, out var number);
        Invariant.That(isFound);
        var count = index.GetRowCount(number);
        foreach (var row in rows.Where(row => row < count))
        {
            var facts = index.GetRow(number, row);
            if (!Blobs.TryGetValue(facts.Id, out var blob))
                Blobs.Add(facts.Id, blob = (facts.Kind, []));
            blob.Rows.Add((pack, row));
            NeededPacks.Add(pack);
        }
    }

    async Task<Ledger?> TryReadLedgerAsync(
        Repository repository, SnapshotInfo snapshot, CancellationToken cancellationToken)
    {
        try
        {
            return await SnapshotLedger.ReadAsync(repository, snapshot.Name, cancellationToken);
        }
        catch (Exception e) when (ObjectProblem.TryFrom(snapshot.Name.Key, e) is { } problem)
        {
            Problems.Add(new CheckFinding(
                CheckSeverity.Damage, problem.Object, problem.Kind,
                $"what only its ledger needs was not looked for: {problem.Message}"));
            return null;
        }
    }
}
