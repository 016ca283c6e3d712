using System.Numerics;

namespace Cairn.Tests.Protocol;

/// <summary>
/// Condemns packs, looks, stores the deletion list, deletes. It goes on where others stopped: it looks for what
/// anybody condemned, and carries out any deletion list.
/// </summary>
/// <param name="Rounds">How often it does this.</param>
/// <param name="IsBlind">
/// Condemns any pack, needed or not. A plan made from listings that are old or torn can be as wrong as that and not
/// more, so this stands for all of them.
/// </param>
/// <param name="Restarts">May crash at any step and begin the next round, remembering nothing.</param>
sealed record MaintainerProcess(string Name, int Rounds, bool IsBlind = false, bool Restarts = false) : IProcess
{
    public const byte FirstStep = Plan;
    const byte Plan = 0, PutCondemnation = 1, ListMoves = 2, ListRetired = 3, PutDeletionList = 4, Delete = 5,
        Lift = 6, ListRetiredEarly = 7, PutOwnMove = 8, ListLedgers = 16;

    public void AddSteps(Steps steps)
    {
        var memory = steps.Memory;
        switch (memory.Step)
        {
            case Plan: AddPlans(steps); break;
            case PutCondemnation: Condemn(steps); break;
            case ListMoves: ReadMoves(steps); break;
            case ListRetiredEarly: ReadRetiredEarly(steps); break;
            case ListRetired: Decide(steps); break;
            case PutDeletionList: StoreDeletionList(steps); break;
            case Delete: DeleteOne(steps); break;
            case Lift: LiftCondemnations(steps); break;
            case PutOwnMove: RepackerProcess.AnnounceAtLast(steps, AfterRound(memory)); break;
            default: ReadLedgers(steps, memory.Step - ListLedgers); break;
        }
        if (Restarts && memory.Step != Plan && memory.Run + 1 < Rounds)
            steps.Add(AfterRound(memory), "crashes and starts again");
    }

    /// <summary>Where a repacker goes on when its moves are announced and the old pack may be condemned.</summary>
    public static Memory ToCondemn(Memory memory, byte packs, byte condemned) => new()
    {
        Run = memory.Run, Step = PutCondemnation, Packs = packs, Condemned = condemned,
    };

    public Memory AfterRound(Memory memory) => memory.Run + 1 < Rounds
        ? new Memory { Run = (byte)(memory.Run + 1), Step = Plan }
        : new Memory { Run = memory.Run, Step = State.Done };

    void AddPlans(Steps steps)
    {
        var (store, memory) = (steps.Store, steps.Memory);
        var unfinished = (byte)(store.DeletionListed & store.Packs);
        if (unfinished != 0)
            steps.Add(memory with { Step = Delete, Packs = unfinished }, "finds the deletion of {packs} unfinished",
                packs: unfinished);

        // Others' condemnations are taken over: they were made before this round's look begins.
        var planned = memory with { Condemned = store.Condemned };
        if ((store.Condemned & store.Packs) != 0)
            steps.Add(planned with { Step = StepAfterCondemnation(steps), Packs = Undecided(steps, store.Condemned) },
                "plans to delete what is condemned: {packs}", packs: store.Condemned);

        var candidates = store.Packs & ~store.Condemned;
        if (!IsBlind)
            candidates &= ~Liveness.NeededPacks(store, steps.Rules, Counted(steps, store.Ledgers), store.Moves,
                store.Condemned, steps.Process);
        for (var rest = (uint)candidates; rest != 0; rest &= rest - 1)
        {
            var one = (byte)(rest & (~rest + 1));
            steps.Add(planned with { Step = PutCondemnation, Packs = one }, "plans to condemn {packs}", packs: one);
        }
        if (BitOperations.PopCount((uint)candidates) > 1)
            steps.Add(planned with { Step = PutCondemnation, Packs = (byte)candidates }, "plans to condemn {packs}",
                packs: candidates);
    }

    void Condemn(Steps steps)
    {
        var (store, memory) = (steps.Store, steps.Memory);
        var condemned = (byte)(memory.Condemned | memory.Packs);
        steps.Add(store with { Condemned = (byte)(store.Condemned | memory.Packs) },
            memory with
            {
                Condemned = condemned, Step = StepAfterCondemnation(steps), Packs = Undecided(steps, memory.Packs),
            },
            "PUTs the condemnation of {packs}", packs: memory.Packs);
    }

    // With M2 or M4 off what will be listed for deletion is known before any look.
    static byte Undecided(Steps steps, byte packs) =>
        steps.Rules is { MaintainerLooks: true, DeletionListFollowsLook: true } ? (byte)0
            : (byte)(packs & steps.Store.Packs);

    static byte StepAfterCondemnation(Steps steps) =>
        steps.Rules is { MaintainerLooks: true, DeletionListFollowsLook: true } ? ListLedgers : PutDeletionList;

    static void ReadLedgers(Steps steps, int prefix)
    {
        var (store, memory) = (steps.Store, steps.Memory);
        if (!steps.Rules.ListingsAreWhole)
        {
            ReadOneByOne(steps, steps.LedgerPrefixes.Sum(mask => mask), then: ListMoves,
                one => memory with { Ledgers = (byte)(memory.Ledgers | store.Ledgers & one) });
            return;
        }
        var read = (byte)(store.Ledgers & steps.LedgerPrefixes[prefix]);
        var isLast = prefix + 1 == steps.LedgerPrefixes.Count;
        var next = !isLast ? (byte)(memory.Step + 1)
            : steps.Rules.RetiredIsListedAfterMoves ? ListMoves : ListRetiredEarly;
        steps.Add(memory with { Ledgers = (byte)(memory.Ledgers | read), Step = next },
            "lists a host's ledgers, reads {ledgers}", ledgers: read);
    }

    static void ReadMoves(Steps steps)
    {
        var (store, memory) = (steps.Store, steps.Memory);
        if (!steps.Rules.ListingsAreWhole)
        {
            ReadOneByOne(steps, all: 0b11, then: ListRetired,
                one => memory with { Moves = (byte)(memory.Moves | store.Moves & one) });
            return;
        }
        steps.Add(memory with { Moves = (byte)(memory.Moves | steps.Store.Moves), Step = ListRetired },
            "lists moves");
    }

    // A torn listing: what is stored while it runs shows or not. Packs, free during a look, is what has been read.
    static void ReadOneByOne(Steps steps, int all, byte then, Func<int, Memory> read)
    {
        var done = steps.Memory.Packs;
        for (var rest = (uint)(all & ~done); rest != 0; rest &= rest - 1)
        {
            var one = (int)(rest & (~rest + 1));
            var after = (byte)(done | one);
            var memory = read(one);
            steps.Add(after == all ? memory with { Packs = 0, Step = then } : memory with { Packs = after },
                "reads a part of a listing");
        }
    }

    // With R5 off: rows are set aside for the condemnations as they were before the moves were read.
    static void ReadRetiredEarly(Steps steps)
    {
        var condemned = steps.Store.Condemned;
        steps.Add(steps.Memory with { Rows = condemned, Step = ListMoves }, "lists retired, reads condemned: {packs}",
            packs: condemned);
    }

    void Decide(Steps steps)
    {
        var (store, memory, rules) = (steps.Store, steps.Memory, steps.Rules);
        var condemned = rules.RetiredIsListedAfterMoves ? store.Condemned : (byte)memory.Rows;
        var needed = Liveness.NeededPacks(
            store, rules, Counted(steps, memory.Ledgers), memory.Moves, condemned, steps.Process);
        var eligible = rules.LookBeginsAfterCondemnation ? memory.Condemned : condemned;
        if (!rules.OnlyCondemnedIsDeleted)
            eligible = store.Packs;
        var doomed = (byte)(eligible & store.Packs & ~needed);
        if (!rules.DeletionListFollowsLook)
            doomed = (byte)(memory.Packs & store.Packs & ~needed);
        var spared = (byte)(memory.Condemned & needed & store.Packs);
        var next = memory with { Packs = doomed, Ledgers = 0, Rows = 0, Moves = OwnMove(steps) };
        if (!rules.CondemnationIsForEver && spared != 0)
            steps.Add(next with { Step = Lift, Condemned = spared }, "lists retired; needed after all: {packs}",
                packs: spared);
        else if (doomed == 0)
            steps.Add(AfterRound(memory), "lists retired; everything is needed");
        else
            steps.Add(next with { Step = rules.DeletionListFollowsLook ? PutDeletionList : Delete, Condemned = 0 },
                "lists retired; no longer needed: {packs}", packs: doomed);
    }

    static byte OwnMove(Steps steps) => steps.Rules.MovesAreAnnounced ? (byte)0 : steps.Memory.Moves;

    static byte Counted(Steps steps, byte ledgers)
    {
        var store = steps.Store;
        var free = steps.Rules.OnlyFinalVoidsFree ? store.Voided : store.Voided | store.VoidProposed;
        return (byte)(ledgers & ~free);
    }

    void LiftCondemnations(Steps steps)
    {
        var (store, memory) = (steps.Store, steps.Memory);
        var next = memory.Packs == 0
            ? AfterRound(memory) : memory with { Step = PutDeletionList, Condemned = 0 };
        steps.Add(store with { Condemned = (byte)(store.Condemned & ~memory.Condemned) }, next,
            "lifts the condemnation of {packs}", packs: memory.Condemned);
    }

    static void StoreDeletionList(Steps steps)
    {
        var (store, memory, rules) = (steps.Store, steps.Memory, steps.Rules);
        var next = rules is { DeletionListFollowsLook: false, MaintainerLooks: true } ? ListLedgers : Delete;
        if (rules.DeletionListPrecedesDeletion)
            store = store with { DeletionListed = (byte)(store.DeletionListed | memory.Packs) };
        var what = rules.DeletionListPrecedesDeletion
            ? "PUTs the deletion list: {packs}" : "stores no deletion list for {packs}";
        steps.Add(store, memory with { Step = next }, what, packs: memory.Packs);
    }

    void DeleteOne(Steps steps)
    {
        var (store, memory) = (steps.Store, steps.Memory);
        for (uint rest = memory.Packs; rest != 0; rest &= rest - 1)
        {
            var one = (byte)(rest & (~rest + 1));
            var left = (byte)(memory.Packs & ~one);
            var next = memory with { Packs = left };
            if (left == 0)
                next = !steps.Rules.MovesAreAnnounced && memory.Moves != 0
                    ? memory with { Packs = 0, Step = PutOwnMove } : AfterRound(memory);
            var after = store.Without(one);
            if (!steps.Rules.CondemnationOutlivesPack)
                after = after with { Condemned = (byte)(after.Condemned & ~one) };
            steps.Add(after, next, "DELETEs {packs}", packs: one);
        }
    }
}
