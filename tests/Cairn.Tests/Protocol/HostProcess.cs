using System.Numerics;

namespace Cairn.Tests.Protocol;

/// <summary>
/// A machine that backs up: reads what is known and what is condemned, stores pack, index, ledger, looks, stores the
/// snapshot, looks again, reports. A run that must not go on is followed by another under new names.
/// </summary>
/// <param name="Blobs">What its source holds: 1 = x, 2 = y, 3 = both.</param>
/// <param name="Packs">The names its packs would have: one a run, two if it checkpoints.</param>
/// <param name="Ledgers">The names its ledgers would have, likewise.</param>
/// <param name="Checkpoints">Stores blob x first and announces it in an interim ledger.</param>
/// <param name="Restarts">May crash at any step and begin anew, remembering nothing.</param>
sealed record HostProcess(
    string Name, int Blobs, IReadOnlyList<int> Packs, IReadOnlyList<int> Ledgers,
    bool Checkpoints = false, bool Restarts = false) : IProcess
{
    const byte ReadRetired = 0, Choose = 1, PutPack = 2, PutIndex = 3, PutLedger = 4, Look = 5, PutSnapshot = 6,
        LookLast = 7;
    const byte StepMask = 7;

    // Set in the step once the checkpoint is behind.
    const byte AfterCheckpoint = 8;

    int PartsPerRun => Checkpoints ? 2 : 1;
    int Runs => Ledgers.Count / PartsPerRun;

    public void AddSteps(Steps steps)
    {
        var memory = steps.Memory;
        switch (memory.Step & StepMask)
        {
            case ReadRetired:
                steps.Add(memory with { Condemned = steps.Store.Condemned, Step = Choose },
                    "lists retired, reads condemned: {packs}", packs: steps.Store.Condemned);
                break;
            case Choose: AddChoices(steps); break;
            case PutPack: StorePack(steps, isIndexed: !steps.Rules.PacksBeforeIndex); break;
            case PutIndex: StoreIndex(steps, isStored: steps.Rules.PacksBeforeIndex); break;
            case PutLedger: StoreLedger(steps); break;
            case Look: LookAfterLedger(steps); break;
            case PutSnapshot: StoreSnapshot(steps); break;
            case LookLast: LookAfterSnapshot(steps); break;
        }
        if (Restarts && memory.Step != ReadRetired && memory.Run + 1 < Runs)
            steps.Add(new Memory { Run = (byte)(memory.Run + 1) }, "crashes and starts again");
    }

    bool IsAtCheckpoint(Memory memory) => Checkpoints && (memory.Step & AfterCheckpoint) == 0;

    int PartOf(Memory memory) => PartsPerRun * memory.Run + ((memory.Step & AfterCheckpoint) != 0 ? 1 : 0);

    int PackOf(Memory memory) => Packs[PartOf(memory)];

    int LedgerOf(Memory memory) => Ledgers[PartOf(memory)];

    static Memory At(Memory memory, byte step) =>
        memory with { Step = (byte)(memory.Step & AfterCheckpoint | step) };

    void AddChoices(Steps steps)
    {
        var memory = steps.Memory;
        var known = steps.Store.Indexed;
        if (steps.Rules.CondemnedIsNeverReused)
            known &= (ushort)~Store.RowsOf(memory.Condemned);
        var blobs = IsAtCheckpoint(memory) ? Blobs & 1 : Blobs & ~BlobsOf(memory.Rows);
        var own = Store.RowsIn(PackOf(memory), blobs);
        ForEachChoice(blobs, (ushort)(known | own), memory.Rows, rows =>
        {
            var next = (rows & own) == 0 ? AfterIndex(steps.Rules) : steps.Rules.PacksBeforeIndex ? PutPack : PutIndex;
            steps.Add(At(memory, next) with { Rows = rows }, "lists index, will name {rows}", rows: rows);
        });
    }

    static int BlobsOf(int rows) => ((byte)rows != 0 ? 1 : 0) | (rows >> Store.MaxPacks != 0 ? 2 : 0);

    static void ForEachChoice(int blobs, ushort candidates, ushort chosen, Action<ushort> act)
    {
        if (blobs == 0)
        {
            act(chosen);
            return;
        }
        var blob = blobs & -blobs;
        var ofBlob = blob == 1 ? candidates & 0xFF : candidates & 0xFF00;
        for (var rest = (uint)ofBlob; rest != 0; rest &= rest - 1)
        {
            var row = 1 << BitOperations.TrailingZeroCount(rest);
            ForEachChoice(blobs & ~blob, candidates, (ushort)(chosen | row), act);
        }
    }

    void StorePack(Steps steps, bool isIndexed)
    {
        var memory = steps.Memory;
        var rows = (ushort)(memory.Rows & Store.RowsOf(1 << PackOf(memory)));
        steps.Add(steps.Store with { Rows = (ushort)(steps.Store.Rows | rows) },
            At(memory, isIndexed ? PutLedger : PutIndex), "PUTs pack {packs}", packs: 1 << PackOf(memory));
    }

    void StoreIndex(Steps steps, bool isStored)
    {
        var memory = steps.Memory;
        var rows = (ushort)(memory.Rows & Store.RowsOf(1 << PackOf(memory)));
        steps.Add(steps.Store with { Indexed = (ushort)(steps.Store.Indexed | rows) },
            At(memory, !isStored ? PutPack : AfterIndex(steps.Rules)), "PUTs the index of {packs}",
            packs: 1 << PackOf(memory));
    }

    static byte AfterIndex(ProtocolRules rules) => rules.HostAnnouncesBeforeItLooks ? PutLedger : Look;

    void StoreLedger(Steps steps)
    {
        var memory = steps.Memory;
        var ledger = LedgerOf(memory);
        var store = steps.Store.WithLedgerRows(ledger, memory.Rows);
        var silent = IsAtCheckpoint(memory) && !steps.Rules.CheckpointsAnnounce;
        if (!silent)
            store = store with { Ledgers = (byte)(store.Ledgers | 1 << ledger) };
        var rules = steps.Rules;
        var next = rules.HostLooksForCondemnations && rules.HostAnnouncesBeforeItLooks ? Look : PutSnapshot;
        var what = silent ? "checkpoints {rows} without a ledger" : "PUTs ledger {ledgers} naming {rows}";
        steps.Add(store, At(memory, next), what, ledgers: 1 << ledger, rows: memory.Rows);
    }

    void LookAfterLedger(Steps steps)
    {
        var memory = steps.Memory;
        var ledger = 1 << LedgerOf(memory);
        if (MustStoreAgain(steps, heedCondemned: true, heedProposed: true))
            StoreAgain(steps);
        else if (!steps.Rules.HostAnnouncesBeforeItLooks)
            steps.Add(At(memory, PutLedger), "looks before its ledger, finds nothing");
        else
        {
            var store = steps.Store;
            var next = At(memory, PutSnapshot);
            if (IsAtCheckpoint(memory))
            {
                store = store with { Kept = (byte)(store.Kept | ledger) };
                next = memory with { Step = AfterCheckpoint | Choose };
            }
            steps.Add(store, next with { Condemned = (byte)(memory.Condemned | store.Condemned) },
                "looks, finds nothing against {ledgers}", ledgers: ledger);
        }
    }

    void StoreSnapshot(Steps steps)
    {
        var memory = steps.Memory;
        var ledger = 1 << LedgerOf(memory);
        var store = steps.Store with { Snapshots = (byte)(steps.Store.Snapshots | ledger) };
        if (steps.Rules.HostLooksLast)
            steps.Add(store, At(memory, LookLast), "PUTs the snapshot of {ledgers}", ledgers: ledger);
        else
            steps.Add(Reported(store, ledger), Finished(memory), "PUTs the snapshot of {ledgers} and reports it",
                ledgers: ledger);
    }

    void LookAfterSnapshot(Steps steps)
    {
        var ledger = 1 << LedgerOf(steps.Memory);
        var rules = steps.Rules;
        if (MustStoreAgain(steps, rules.LastLookHeedsCondemnations, rules.LastLookHeedsProposals))
            StoreAgain(steps);
        else
            steps.Add(Reported(steps.Store, ledger), Finished(steps.Memory),
                "looks last, finds nothing, reports {ledgers}", ledgers: ledger);
    }

    // Only what is new since the last look is heeded: that is why H2 is needed.
    bool MustStoreAgain(Steps steps, bool heedCondemned, bool heedProposed)
    {
        var store = steps.Store;
        var condemned = store.Condemned & ~steps.Memory.Condemned & Store.PacksOf(steps.Memory.Rows);
        var against = store.Voided | (heedProposed ? store.VoidProposed : 0);
        return heedCondemned && condemned != 0 || (against >> LedgerOf(steps.Memory) & 1) != 0;
    }

    void StoreAgain(Steps steps)
    {
        var run = steps.Memory.Run + 1;
        var next = run < Runs
            ? new Memory { Run = (byte)run, Step = Choose, Condemned = steps.Store.Condemned }
            : Finished(steps.Memory);
        steps.Add(next, "looks, must store again (condemned: {packs})", packs: steps.Store.Condemned);
    }

    static Store Reported(Store store, int ledger) =>
        store with { Reported = (byte)(store.Reported | ledger) };

    static Memory Finished(Memory memory) => new() { Run = memory.Run, Step = State.Done };
}
