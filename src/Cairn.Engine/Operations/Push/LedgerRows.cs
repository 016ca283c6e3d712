using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Operations.Push;

/// <summary>The packs of a ledger while rows of others take the place of some of them.</summary>
sealed class LedgerRows
{
    readonly SortedDictionary<PackPrefix, LedgerPack> _packs = [];
    readonly SortedDictionary<PackPrefix, (int RowCount, HashSet<int> Rows)> _added = [];

    public LedgerRows(IEnumerable<LedgerPack> kept)
    {
        foreach (var pack in kept)
            _packs.Add(pack.Prefix, pack);
    }

    public void Add(PackPrefix pack, int rowCount, int row)
    {
        if (!_added.TryGetValue(pack, out var added))
            _added.Add(pack, added = (rowCount, []));
        added.Rows.Add(row);
    }

    public LedgerPack[] ToArray()
    {
        foreach (var (prefix, (rowCount, rows)) in _added)
        {
            if (_packs.TryGetValue(prefix, out var known))
            {
                if (known.NamesAll)
                    continue;
                rows.UnionWith(Enumerable.Range(0, rowCount).Where(known.Names));
            }
            _packs[prefix] = rows.Count == rowCount
                ? new LedgerPack(prefix, RowCount: 0, default)
                : new LedgerPack(prefix, (uint)rowCount, BitmapOf(rowCount, rows));
        }
        return [.. _packs.Values];
    }

    static byte[] BitmapOf(int rowCount, HashSet<int> rows)
    {
        var bitmap = new byte[(rowCount + 7) / 8];
        foreach (var row in rows)
        {
            Invariant.That(row >= 0 && row < rowCount);
            bitmap[row >> 3] |= (byte)(1 << (row & 7));
        }
        return bitmap;
    }
}
