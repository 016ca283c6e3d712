using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;

namespace Cairn.Engine.Operations.Prune;

/// <summary>
/// Which rows of which packs are needed: what ledgers name, followed through all moves (R3). A bit a row, by the first
/// 16 bytes of the packs' names, as ledgers have them. One thread.
/// </summary>
sealed class Liveness
{
    readonly Dictionary<PackPrefix, RowBits> _needed = [];
    readonly Dictionary<ObjectHash, RowBits> _freed = [];

    /// <param name="rowsOf">The pack's number of rows by the index; null if it does not know the pack.</param>
    /// <returns>How many packs of the ledger have another number of rows than the index knows: all rows of them
    /// count as needed.</returns>
    public int Add(Ledger ledger, Func<PackPrefix, int?> rowsOf)
    {
        var contradictions = 0;
        foreach (var pack in ledger.Packs)
        {
            var bits = BitsOf(pack.Prefix);
            if (bits.HasAll)
                continue;
            var contradicts = !pack.NamesAll && rowsOf(pack.Prefix) is { } rows && rows != pack.RowCount;
            if (contradicts)
                contradictions++;
            if (pack.NamesAll || contradicts)
                bits.SetAll();
            else
                bits.Add(pack.Bitmap.Span);
        }
        return contradictions;
    }

    /// <summary>
    /// Follows moves. A place is freed only by a move on from it to a pack that is there and not condemned, or is freed
    /// in the same way (R4): until its new pack is known to stay, a move is a hope.
    /// </summary>
    public void Resolve(IReadOnlyList<MovedRows> moves, Func<ObjectHash, bool> stays)
    {
        for (var changes = true; changes;)
        {
            changes = false;
            foreach (var move in moves)
                changes |= Follow(move);
        }
        _freed.Clear();
        for (var changes = true; changes;)
        {
            changes = false;
            foreach (var move in moves)
                changes |= Free(move, stays(move.To));
        }
    }

    /// <param name="rows">The pack's number of rows; null if it is not known: then one row that is needed is
    /// enough.</param>
    public bool IsNeeded(ObjectHash pack, int? rows) => _needed.TryGetValue(PackPrefix.Of(pack), out var bits)
        && (rows is { } count
            ? bits.CountWithout(_freed.GetValueOrDefault(pack), count) > 0
            : bits.HasAnyWithout(_freed.GetValueOrDefault(pack)));

    /// <summary>Of the first so many rows those that are not needed.</summary>
    public IEnumerable<int> UnneededRows(ObjectHash pack, int rows)
    {
        var needed = _needed.GetValueOrDefault(PackPrefix.Of(pack));
        var freed = _freed.GetValueOrDefault(pack);
        if (needed?.CountWithout(freed, rows) == rows)
            yield break;
        for (var row = 0; row < rows; row++)
        {
            if (needed?[row] != true || freed?[row] == true)
                yield return row;
        }
    }

    public bool IsRowNeeded(ObjectHash pack, int row) => _needed.TryGetValue(PackPrefix.Of(pack), out var bits)
        && bits[row] && _freed.GetValueOrDefault(pack)?[row] != true;

    bool Follow(MovedRows move)
    {
        if (!_needed.TryGetValue(PackPrefix.Of(move.From), out var from))
            return false;
        RowBits? to = null;
        var changes = false;
        for (var i = 0; i < move.FromRows.Length; i++)
        {
            if (from[move.FromRows[i]])
                changes |= (to ??= BitsOf(PackPrefix.Of(move.To))).Set(move.ToRows[i]);
        }
        return changes;
    }

    bool Free(MovedRows move, bool stays)
    {
        var freedThere = _freed.GetValueOrDefault(move.To);
        if (!stays && freedThere is null)
            return false;
        if (!_freed.TryGetValue(move.From, out var freed))
            _freed.Add(move.From, freed = new RowBits());
        var changes = false;
        for (var i = 0; i < move.FromRows.Length; i++)
        {
            if (stays || freedThere![move.ToRows[i]])
                changes |= freed.Set(move.FromRows[i]);
        }
        return changes;
    }

    /// <summary>
    /// Packs that are not there (or about to go) and of which something is needed that no move leads on from to a pack
    /// that is. Of what ledgers name, so nothing must be resolved.
    /// </summary>
    public IReadOnlyList<PackPrefix> FindLost(IReadOnlyList<MovedRows> moves, Func<PackPrefix, bool> isThere)
    {
        PackPrefix[] missing = [.. _needed.Keys.Where(pack => !isThere(pack))];
        if (missing.Length == 0)
            return [];
        // Rows that a chain of moves leads on from to a pack that is there.
        var found = new Dictionary<PackPrefix, RowBits>();
        for (var changes = true; changes;)
        {
            changes = false;
            foreach (var move in moves)
                changes |= Find(move, found, isThere(PackPrefix.Of(move.To)));
        }
        return [.. missing.Where(IsLost).Order()];

        bool IsLost(PackPrefix pack)
        {
            // How many rows a pack has that is gone, nobody knows for sure: that the first ones were moved, and none
            // between them is missing, must do.
            var (needed, moved) = (_needed[pack], found.GetValueOrDefault(pack));
            return needed.HasAll ? moved is not { HasGap: false } : needed.HasAnyWithout(moved);
        }
    }

    static bool Find(MovedRows move, Dictionary<PackPrefix, RowBits> found, bool isThere)
    {
        var foundThere = found.GetValueOrDefault(PackPrefix.Of(move.To));
        if (!isThere && foundThere is null)
            return false;
        if (!found.TryGetValue(PackPrefix.Of(move.From), out var from))
            found.Add(PackPrefix.Of(move.From), from = new RowBits());
        var changes = false;
        for (var i = 0; i < move.FromRows.Length; i++)
        {
            if (isThere || foundThere![move.ToRows[i]])
                changes |= from.Set(move.FromRows[i]);
        }
        return changes;
    }

    RowBits BitsOf(PackPrefix prefix)
    {
        if (!_needed.TryGetValue(prefix, out var bits))
            _needed.Add(prefix, bits = new RowBits());
        return bits;
    }
}
