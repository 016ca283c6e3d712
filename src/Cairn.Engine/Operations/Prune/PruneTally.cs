using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Costs;

namespace Cairn.Engine.Operations.Prune;

/// <summary>Adds up what a prune sees and does.</summary>
sealed class PruneTally(IEnumerable<string> notes)
{
    const int ProtectedNotedMax = 10;

    readonly SortedSet<string> _notes = new(notes, StringComparer.Ordinal);
    int _protectedNoted;
    PruneSteps? _last;
    PackSum? _before;
    long _usedBytes;
    PruneCosts? _costs;
    int _indexObjectsCompacted, _indexObjectsWritten;

    public PackSum Condemned { get; set; }
    public PackSum Deleted { get; set; }
    public PackSum Protected { get; set; }
    public PackSum Repacked { get; set; }
    public PackSum RepackedInto { get; set; }
    public int LedgersProposed { get; set; }
    public int LedgersVoided { get; set; }
    public int SnapshotsRemoved { get; set; }
    public int IndexObjectsDeleted { get; set; }
    public long Requests { get; set; }
    public long BytesCopied { get; set; }

    public void See(Survey survey, PruneSteps steps, RepackPlan repack, StorePrices? prices)
    {
        _costs ??= prices is null ? null : new PruneCosts(prices, survey);
        _costs?.See(steps, repack);
        _before ??= PruneSteps.SumOf(survey.Packs);
        _last = steps;
        _usedBytes = repack.UsedBytes;
    }

    /// <summary>Takes all that would be done for done.</summary>
    public void Plan(PruneSteps steps, RepackPlan repack)
    {
        Condemned = PruneSteps.SumOf(steps.Condemnable);
        var going = steps.Due.Concat(steps.Deletable)
            .Where(pack => !steps.Locked.ContainsKey(ObjectNames.Pack(pack.Name)));
        Deleted = PruneSteps.SumOf(going);
        Repacked = repack.Sources;
        RepackedInto = repack.Estimate;
        LedgersProposed = steps.Proposals.Count;
        LedgersVoided = steps.Voids.Count;
        SnapshotsRemoved = steps.DeadSnapshots.Count(snapshot => !steps.Locked.ContainsKey(snapshot.Key));
        // Objects that go, a record for each sort of announcement, and pack, index object and move of what is copied.
        var ledgers = steps.DeadLedgers.Count(ledger => !steps.Locked.ContainsKey(ledger.Key));
        Requests = Deleted.Packs + ledgers + SnapshotsRemoved + RepackedInto.Packs
            + (repack.IsEmpty ? 0 : 2) + One(steps.Unseen) + One(steps.Voids) + One(steps.Proposals) + One(steps.Due)
            + One(steps.Condemnable);

        static int One<T>(IReadOnlyList<T> list) => list.Count > 0 ? 1 : 0;
    }

    /// <summary>So many index objects into one.</summary>
    public void Compact(int objects)
    {
        _indexObjectsCompacted += objects;
        _indexObjectsWritten++;
    }

    /// <summary>A lease covers thousands of packs at once: a few stand for all.</summary>
    public void AddProtected(string message)
    {
        if (_protectedNoted++ < ProtectedNotedMax)
            _notes.Add(message);
    }

    public void AddNotes(IEnumerable<string> notes) => _notes.UnionWith(notes);

    public PruneResult ToResult() => new()
    {
        Before = _before!.Value, UsedBytes = _usedBytes, Condemned = Condemned,
        Waiting = PruneSteps.SumOf(_last!.Waiting), WaitingUntil = _last.WaitingUntil, Deleted = Deleted,
        Locked = PruneSteps.SumOf(_last.LockedPacks), ReclaimableOn = _last.LockedUntil,
        PaidFor = PruneSteps.SumOf(_last.PaidFor), PaidUntil = _last.PaidUntil,
        Cost = _costs?.ToCost(RepackedInto, Requests - Deleted.Packs - SnapshotsRemoved - IndexObjectsDeleted),
        Protected = Protected, Spared = PruneSteps.SumOf(_last.Spared),
        Unfinished = PruneSteps.SumOf(_last.Unfinished), Repacked = Repacked, RepackedInto = RepackedInto,
        IndexObjectsCompacted = _indexObjectsCompacted, IndexObjectsWritten = _indexObjectsWritten,
        IndexObjectsDeleted = IndexObjectsDeleted, LedgersProposedVoid = LedgersProposed,
        LedgersVoided = LedgersVoided, SnapshotsRemoved = SnapshotsRemoved, Requests = Requests, Notes = [.. _notes],
    };
}
