using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Repositories;

/// <summary>Where the rows that a ledger names lie now: in their packs, or where they were moved to.</summary>
public static class MoveExpansion
{
    /// <summary>What the ledger names, and every place that any of it was moved to, in any number of steps.</summary>
    public static IReadOnlyList<LedgerPack> Expand(Ledger ledger, IReadOnlyList<MovedRows> moves)
    {
        if (moves.Count == 0)
            return ledger.Packs;
        var packs = ledger.Packs.ToDictionary(pack => pack.Prefix);
        for (var changes = true; changes;)
        {
            changes = false;
            foreach (var move in moves)
            {
                if (packs.TryGetValue(PackPrefix.Of(move.From), out var from))
                    changes |= TryFollow(move, from, packs);
            }
        }
        return [.. packs.Values.OrderBy(pack => pack.Prefix)];
    }

    static bool TryFollow(MovedRows move, in LedgerPack from, Dictionary<PackPrefix, LedgerPack> packs)
    {
        var prefix = PackPrefix.Of(move.To);
        var isNamed = packs.TryGetValue(prefix, out var to);
        if (isNamed && to.NamesAll)
            return false;
        var rows = new List<int>();
        for (var i = 0; i < move.FromRows.Length; i++)
        {
            if (from.Names(move.FromRows[i]) && !(isNamed && to.Names(move.ToRows[i])))
                rows.Add(move.ToRows[i]);
        }
        if (rows.Count == 0)
            return false;
        // As many rows as are spoken of: how many the pack has does not matter to who asks for one of them.
        var count = Math.Max(isNamed ? (int)to.RowCount : 0, rows.Max() + 1);
        var bitmap = new byte[(count + 7) / 8];
        if (isNamed)
            to.Bitmap.CopyTo(bitmap);
        foreach (var row in rows)
            bitmap[row >> 3] |= (byte)(1 << (row & 7));
        packs[prefix] = new LedgerPack(prefix, (uint)count, bitmap);
        return true;
    }
}
