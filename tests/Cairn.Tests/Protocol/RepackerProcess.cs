using System.Numerics;

namespace Cairn.Tests.Protocol;

/// <summary>
/// Copies the needed rows of a pack into a new one, announces the move, looks, condemns the old pack and then goes
/// on as the maintainer it is.
/// </summary>
/// <param name="Sources">The packs it may repack.</param>
/// <param name="Target">The name its new pack would have.</param>
/// <param name="Slot">The name its move would have.</param>
/// <param name="Maintainer">What it does afterwards; its first round is the one that begins with the move.</param>
sealed record RepackerProcess(string Name, byte Sources, int Target, int Slot, MaintainerProcess Maintainer)
    : IProcess
{
    const byte Choose = MaintainerProcess.FirstStep;
    const byte PutPack = 64, PutIndex = 65, PutMove = 66, Look = 67;

    public void AddSteps(Steps steps)
    {
        var memory = steps.Memory;
        switch (memory.Step)
        {
            case Choose when memory.Run == 0: AddPlans(steps); break;
            case PutPack: StorePack(steps); break;
            case PutIndex: StoreIndex(steps); break;
            case PutMove: StoreMove(steps); break;
            case Look: LookForTarget(steps); break;
            default: Maintainer.AddSteps(steps); break;
        }
    }

    /// <summary>With R1 off: the move becomes known when the old pack is gone.</summary>
    public static void AnnounceAtLast(Steps steps, Memory next) =>
        steps.Add(steps.Store with { Moves = (byte)(steps.Store.Moves | steps.Memory.Moves) }, next,
            "PUTs its move at last");

    void AddPlans(Steps steps)
    {
        var (store, memory) = (steps.Store, steps.Memory);
        var ledgers = (byte)(store.Ledgers & ~store.Voided);
        for (uint rest = Sources & (uint)store.Packs; rest != 0; rest &= rest - 1)
        {
            var source = BitOperations.TrailingZeroCount(rest);
            for (var blobs = 1; blobs <= 3; blobs++)
            {
                var move = new Move(source, Target, blobs);
                if (Liveness.NeededRows(store, ledgers, store.Moves, source) != move.FromRows)
                    continue;
                steps.Add(store.WithMoveRows(Slot, move), memory with { Step = PutPack },
                    "reads {rows} to repack them", rows: move.FromRows);
            }
        }
    }

    void StorePack(Steps steps) => steps.Add(
        steps.Store with { Rows = (ushort)(steps.Store.Rows | steps.Store.MoveAt(Slot).ToRows) },
        steps.Memory with { Step = PutIndex }, "PUTs pack {packs}", packs: 1 << Target);

    void StoreIndex(Steps steps) => steps.Add(
        steps.Store with { Indexed = (ushort)(steps.Store.Indexed | steps.Store.MoveAt(Slot).ToRows) },
        steps.Memory with { Step = PutMove }, "PUTs the index of {packs}", packs: 1 << Target);

    void StoreMove(Steps steps)
    {
        var (store, memory) = (steps.Store, steps.Memory);
        var own = (byte)(1 << Slot);
        var next = memory with { Step = Look };
        if (steps.Rules.MovesAreAnnounced)
            steps.Add(store with { Moves = (byte)(store.Moves | own) }, next, "PUTs the move of {rows}",
                rows: store.MoveAt(Slot).FromRows);
        else
            steps.Add(next with { Moves = own }, "keeps its move to itself");
    }

    void LookForTarget(Steps steps)
    {
        var (store, memory) = (steps.Store, steps.Memory);
        var source = (byte)(1 << store.MoveAt(Slot).From);
        var isCondemned = (store.Condemned >> Target & 1) != 0;
        if (isCondemned && steps.Rules.RepackerLooks)
            steps.Add(Maintainer.AfterRound(memory), "looks, {packs} is condemned, abandons", packs: 1 << Target);
        else
            steps.Add(
                MaintainerProcess.ToCondemn(memory, source, store.Condemned) with { Moves = memory.Moves },
                isCondemned ? "does not look" : "looks, finds nothing against {packs}", packs: 1 << Target);
    }
}
