using System.Collections;
using Cairn.Engine.Indexing;

namespace Cairn.Engine.Operations.Copy;

/// <summary>
/// Which rows of the source a dry run has counted, a bit each: nothing is stored, so that the same would be missing
/// for one snapshot after the other. One thread.
/// </summary>
sealed class RowsCounted
{
    readonly Dictionary<PackNumber, BitArray> _packs = [];

    /// <summary>False if it was counted before.</summary>
    public bool Add(BlobIndex index, PackNumber pack, int row)
    {
        if (!_packs.TryGetValue(pack, out var rows))
            _packs.Add(pack, rows = new BitArray(index.GetRowCount(pack)));
        if (rows[row])
            return false;
        rows[row] = true;
        return true;
    }
}
