using Cairn.Engine.Indexing;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Operations.Prune;

/// <summary>
/// How many rows packs have by the index, which is asked once for each: a thousand ledgers name mostly the same packs.
/// For as long as the index learns of no others. One thread.
/// </summary>
sealed class RowCounts(BlobIndex index)
{
    readonly Dictionary<PackPrefix, int?> _known = [];

    /// <summary>Null if the index does not know a pack of that name, or more than one.</summary>
    public int? Of(PackPrefix prefix)
    {
        if (!_known.TryGetValue(prefix, out var rows))
            _known.Add(prefix, rows = index.FindPacksByPrefix(prefix) is [var only] ? index.GetRowCount(only) : null);
        return rows;
    }
}
