using System.Numerics;

namespace Cairn.Tests.Protocol;

/// <summary>Which packs ledgers need, and whether what they need is there.</summary>
static class Liveness
{
    /// <summary>
    /// The packs that these ledgers need, as one sees it who has read these moves and, after them, which packs are
    /// condemned. A row is followed to every place it was moved to. A place is freed only by a move on from it to a
    /// pack that is not condemned, or is freed in the same way: everybody who condemns that pack later has the moves
    /// read here before his eyes when he looks, and keeps it.
    /// </summary>
    public static byte NeededPacks(
        in Store store, ProtocolRules rules, byte ledgers, byte moves, byte condemned, int reader)
    {
        if (!rules.AllMovesAreFollowed)
            moves = WithoutConflicts(store, moves, reader);
        int rows = Reachable(store, store.RowsOfLedgers(ledgers), moves);
        var freed = 0;
        for (int before = -1; before != freed;)
        {
            before = freed;
            for (uint rest = moves; rest != 0; rest &= rest - 1)
            {
                var move = store.MoveAt(BitOperations.TrailingZeroCount(rest));
                var toCondemned = (condemned >> move.To & 1) != 0;
                if (!rules.MovesToCondemnedFreeNothing || !toCondemned)
                    freed |= move.FromRows;
                else
                    freed |= (freed & move.ToRows) >> move.To << move.From;
            }
        }
        return Store.PacksOf(rows & ~freed);
    }

    /// <summary>The rows of these ledgers that can be read nowhere.</summary>
    public static ushort LostRows(in Store store, byte ledgers)
    {
        var lost = 0;
        for (uint rest = store.RowsOfLedgers(ledgers); rest != 0; rest &= rest - 1)
        {
            var row = (ushort)(1 << BitOperations.TrailingZeroCount(rest));
            if ((Reachable(store, row, store.Moves) & store.Rows) == 0)
                lost |= row;
        }
        return (ushort)lost;
    }

    /// <summary>The rows of that pack that these ledgers need, where a repacker looks for what to copy.</summary>
    public static ushort NeededRows(in Store store, byte ledgers, byte moves, int pack) =>
        (ushort)(Reachable(store, store.RowsOfLedgers(ledgers), moves) & Store.RowsOf(1 << pack));

    static ushort Reachable(in Store store, ushort rows, byte moves)
    {
        for (var before = 0; before != rows;)
        {
            before = rows;
            for (uint rest = moves; rest != 0; rest &= rest - 1)
                rows |= store.MoveAt(BitOperations.TrailingZeroCount(rest)).Apply(rows);
        }
        return rows;
    }

    // With R3 off: a table from old to new where the move read last wins, and the order of reading is anybody's.
    static byte WithoutConflicts(in Store store, byte moves, int reader)
    {
        var kept = moves;
        for (var one = 0; one < 4; one++)
        {
            for (var other = one + 1; other < 4; other++)
            {
                var both = 1 << one | 1 << other;
                if ((moves & both) == both && store.MoveAt(one).From == store.MoveAt(other).From)
                    kept &= (byte)~(1 << (reader % 2 == 0 ? one : other));
            }
        }
        return kept;
    }
}
