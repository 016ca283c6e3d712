using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;

namespace Cairn.Engine.Operations.Statistics;

/// <summary>How much of a repository something needs.</summary>
/// <param name="DataBytes">Contents of files before compression, each blob once.</param>
/// <param name="StoredBytes">The same as stored, without padding and tables.</param>
/// <param name="ManifestBytes">Pieces of manifests and lists as stored.</param>
public readonly record struct RowUsage(long Blobs, long DataBytes, long StoredBytes, long ManifestBytes)
{
    public static RowUsage operator +(RowUsage left, RowUsage right) => new(
        left.Blobs + right.Blobs, left.DataBytes + right.DataBytes, left.StoredBytes + right.StoredBytes,
        left.ManifestBytes + right.ManifestBytes);
}

/// <summary>
/// The rows of packs that ledgers name, a bit each. Adding a ledger tells what it adds to those before it: no manifest
/// is read for that. One thread.
/// </summary>
/// <param name="moves">Where what ledgers name was moved to.</param>
/// <param name="deleted">Packs that are gone: what was needed of them was moved.</param>
sealed class RowSet(BlobIndex index, IReadOnlyList<MovedRows> moves, IEnumerable<ObjectHash> deleted)
{
    readonly HashSet<PackPrefix> _deleted = [.. deleted.Select(pack => PackPrefix.Of(pack))];

    readonly Dictionary<PackNumber, PackRows> _packs = [];
    readonly IndexPass _pass = new(index);

    /// <summary>Packs that a ledger names and the index does not know: nothing can be said of their rows.</summary>
    public HashSet<PackPrefix> Unknown { get; } = [];

    public RowUsage Add(Ledger ledger)
    {
        var added = default(RowUsage);
        foreach (var pack in MoveExpansion.Expand(ledger, moves))
        {
            var numbers = index.FindPacksByPrefix(pack.Prefix);
            if (numbers.Count == 0 && !_deleted.Contains(pack.Prefix))
                Unknown.Add(pack.Prefix);
            foreach (var number in numbers)
                added += Add(number, pack);
        }
        return added;
    }

    RowUsage Add(PackNumber number, in LedgerPack wanted)
    {
        if (!_packs.TryGetValue(number, out var rows))
            _packs.Add(number, rows = new PackRows(index.GetRowCount(number)));
        if (rows.IsFull)
            return default;
        var added = default(RowUsage);
        for (var row = 0; row < rows.Count; row++)
        {
            if (wanted.Names(row) && rows.TrySet(row))
                added += UsageOf(index.GetRow(number, row));
        }
        if (added.Blobs > 0)
            _pass.Passed(rows.Count);
        return added;
    }

    static RowUsage UsageOf(in PackRow row) => row.Kind == BlobKind.Chunk
        ? new RowUsage(1, row.PlainLength, row.StoredLength, ManifestBytes: 0)
        : new RowUsage(1, DataBytes: 0, StoredBytes: 0, row.StoredLength);

    sealed class PackRows(int count)
    {
        readonly ulong[] _words = new ulong[(count + 63) / 64];
        int _set;

        public int Count => count;
        public bool IsFull => _set == count;

        public bool TrySet(int row)
        {
            var bit = 1UL << (row & 63);
            ref var word = ref _words[row >> 6];
            if ((word & bit) != 0)
                return false;
            word |= bit;
            _set++;
            return true;
        }
    }
}
