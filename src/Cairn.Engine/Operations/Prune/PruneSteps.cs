using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Prune;

/// <summary>What follows from a look: a pure decision, so that it can be shown instead of being done.</summary>
sealed record PruneSteps
{
    /// <summary>Ledgers and snapshots that no maintainer has recorded.</summary>
    public required IReadOnlyList<ObjectHash> Unseen { get; init; }

    /// <summary>Their snapshots are forgotten, or they were proposed and still have none (V2).</summary>
    public required IReadOnlyList<ObjectHash> Voids { get; init; }

    /// <summary>With the void of their ledgers stored, these objects may go.</summary>
    public required IReadOnlyList<SnapshotName> DeadSnapshots { get; init; }
    public required IReadOnlyList<ListedLedger> DeadLedgers { get; init; }
    public required IReadOnlyList<ObjectHash> Proposals { get; init; }

    /// <summary>Stand on a deletion list: anybody carries it out (M4).</summary>
    public required IReadOnlyList<ListedPack> Deletable { get; init; }

    /// <summary>Condemned before the look and not needed in it (M1, M3).</summary>
    public required IReadOnlyList<ListedPack> Due { get; init; }
    public required IReadOnlyList<ListedPack> Waiting { get; init; }
    public required IReadOnlyList<ListedPack> Spared { get; init; }
    public required IReadOnlyList<ListedPack> Condemnable { get; init; }
    public required IReadOnlyList<ListedPack> Unfinished { get; init; }
    public required DateTimeOffset? WaitingUntil { get; init; }

    /// <summary>Needed by nothing, and paid for until then whether they are there or not.</summary>
    public required IReadOnlyList<ListedPack> PaidFor { get; init; }
    public required DateTimeOffset? PaidUntil { get; init; }

    /// <summary>Of all that may go, what a lock still keeps: until then.</summary>
    public IReadOnlyDictionary<ObjectKey, DateTimeOffset> Locked { get; init; } =
        new Dictionary<ObjectKey, DateTimeOffset>();
    public IReadOnlyList<ListedPack> LockedPacks { get; init; } = [];

    /// <summary>When the last of these packs may go.</summary>
    public DateTimeOffset? LockedUntil { get; init; }

    public static PackSum SumOf(IEnumerable<ListedPack> packs) =>
        packs.Aggregate(default(PackSum), (sum, pack) => sum + new PackSum(1, pack.Size));
}

/// <summary>Decides after a look.</summary>
sealed class PruneDecision(
    Survey survey, RetiredLog retired, Func<ObjectHash, int?> rowsOf, PruneOptions options, DateTimeOffset now)
{
    readonly List<ListedPack> _deletable = [], _due = [], _waiting = [], _spared = [], _condemnable = [],
        _unfinished = [], _paidFor = [];
    DateTimeOffset? _waitingUntil, _paidUntil;

    public PruneSteps Decide()
    {
        foreach (var pack in survey.Packs)
            Sort(pack);
        var snapshots = survey.Snapshots.ToLookup(snapshot => snapshot.Ledger);
        var forgotten = snapshots.Where(group => group.All(snapshot => retired.Forgotten.Contains(snapshot.Hash)))
            .Select(group => group.Key).ToHashSet();
        var lonely = survey.Ledgers.Where(ledger =>
            !snapshots.Contains(ledger.Name.Hash) && !retired.Void.Contains(ledger.Name.Hash)).ToList();
        // V2: the snapshots were listed after the proposal was known.
        var due = lonely.Where(ledger =>
            survey.Proposed.Contains(ledger.Name.Hash) && IsGraceOver(ledger.Name.Hash)).ToList();
        HashSet<ObjectHash> voids = [.. due.Select(ledger => ledger.Name.Hash), .. forgotten];
        voids.ExceptWith(retired.Void);
        return new PruneSteps
        {
            Unseen = [.. FindUnseen(voids)], Voids = [.. voids],
            DeadSnapshots = [.. survey.Snapshots.Where(snapshot => retired.Forgotten.Contains(snapshot.Hash)
                && (forgotten.Contains(snapshot.Ledger) || retired.Void.Contains(snapshot.Ledger)))],
            DeadLedgers = [.. survey.Ledgers.Where(ledger =>
                voids.Contains(ledger.Name.Hash) || retired.Void.Contains(ledger.Name.Hash))],
            Proposals = [.. FindAbandoned(lonely).Select(ledger => ledger.Name.Hash)
                .Where(ledger => !retired.VoidProposed.Contains(ledger))],
            Deletable = _deletable, Due = _due, Waiting = _waiting, Spared = _spared, Condemnable = _condemnable,
            Unfinished = _unfinished, WaitingUntil = _waitingUntil, PaidFor = _paidFor, PaidUntil = _paidUntil,
        };
    }

    void Sort(ListedPack pack)
    {
        if (retired.Deleted.Contains(pack.Name))
            AddUnlessPaidFor(_deletable, pack, now);
        else if (survey.Liveness.IsNeeded(pack.Name, rowsOf(pack.Name)))
        {
            if (retired.Condemned.Contains(pack.Name))
                _spared.Add(pack);
        }
        else if (retired.Condemned.Contains(pack.Name))
        {
            if (survey.Condemned.Contains(pack.Name) && IsGraceOver(pack.Name))
                AddUnlessPaidFor(_due, pack, now);
            else
                AddWaiting(pack);
        }
        else if (IsOfRunUnderWay(pack))
            _unfinished.Add(pack);
        else
            AddUnlessPaidFor(_condemnable, pack, now + options.Grace);
    }

    // Until then it costs the same whether it goes or not; and as long as it is not condemned, a backup may still find
    // a use for what is in it.
    void AddUnlessPaidFor(List<ListedPack> packs, ListedPack pack, DateTimeOffset then)
    {
        if (options.Prices?.PaidUntil(pack.StorageClass, pack.Modified) is not { } end || end <= then)
        {
            packs.Add(pack);
            return;
        }
        _paidFor.Add(pack);
        _paidUntil = _paidUntil > end ? _paidUntil : end;
    }

    void AddWaiting(ListedPack pack)
    {
        _waiting.Add(pack);
        var end = retired.Announced.GetValueOrDefault(pack.Name, now) + options.Grace;
        _waitingUntil = _waitingUntil is { } known && known < end ? known : end;
    }

    bool IsGraceOver(ObjectHash announced) =>
        !retired.Announced.TryGetValue(announced, out var time) || now - time >= options.Grace;

    // Index objects are written just before the ledger that needs their packs: what none names may be of a run that has
    // not come so far yet.
    bool IsOfRunUnderWay(ListedPack pack) =>
        options.UnfinishedAfter > TimeSpan.Zero && rowsOf(pack.Name) is null
        && (pack.Modified is not { } modified || now - modified < options.UnfinishedAfter);

    // By the newest ledger of the session: a run of a week goes on announcing. One whose run has committed is of no
    // more use.
    IEnumerable<ListedLedger> FindAbandoned(List<ListedLedger> lonely)
    {
        var committed = survey.Snapshots.Select(snapshot => snapshot.Ledger).ToHashSet();
        var sessions = survey.Ledgers.Where(ledger => ledger.Session is not null)
            .GroupBy(ledger => (ledger.Host, ledger.Session)).ToDictionary(group => group.Key, group =>
                group.Any(ledger => committed.Contains(ledger.Name.Hash))
                    ? DateTimeOffset.MinValue
                    : group.Max(ledger => ledger.Modified ?? ledger.Name.Ulid.Time ?? now));
        return lonely.Where(ledger => ledger.Session is { } session
            && now - sessions[(ledger.Host, session)] >= options.UnfinishedAfter);
    }

    IEnumerable<ObjectHash> FindUnseen(HashSet<ObjectHash> voids)
    {
        foreach (var ledger in survey.Ledgers)
        {
            if (Counts(ledger.Name.Hash))
                yield return ledger.Name.Hash;
        }
        foreach (var snapshot in survey.Snapshots)
        {
            if (Counts(snapshot.Ledger, snapshot.Hash))
                yield return snapshot.Hash;
        }

        bool Counts(ObjectHash ledger, ObjectHash? snapshot = null) =>
            !retired.FirstSeen.ContainsKey(snapshot ?? ledger) && !voids.Contains(ledger)
            && !retired.Void.Contains(ledger) && (snapshot is not { } hash || !retired.Forgotten.Contains(hash));
    }
}
