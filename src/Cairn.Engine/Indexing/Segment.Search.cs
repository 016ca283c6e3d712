using System.Runtime.InteropServices;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Indexing;

/// <summary>
/// Look-up. Ids are output of a keyed hash, so a place is guessed from the first eight bytes: first among the fences
/// (the first prefix of every page of entries, in memory), then inside one page. Where somebody planted ids that are
/// not spread, the fences are still found by halving.
/// </summary>
sealed partial class Segment
{
    readonly long _rowsPage;
    readonly long _entriesPage;

    /// <summary>The first location of the blob in a pack that is not excluded.</summary>
    public bool TryFind(in BlobId id, out uint pack, out int row)
    {
        var prefix = id.Prefix;
        for (var i = LowerBound(prefix); i < RowCount; i++)
        {
            ref readonly var entry = ref EntryAt((uint)i);
            if (entry.Prefix != prefix)
                break;
            if (!IsHit(entry, id))
                continue;
            pack = entry.Pack;
            row = (int)entry.Row;
            return true;
        }
        pack = 0;
        row = 0;
        return false;
    }

    /// <summary>All locations of the blob in packs that are not excluded.</summary>
    public void FindAll(in BlobId id, List<(uint Pack, int Row)> found)
    {
        var prefix = id.Prefix;
        for (var i = LowerBound(prefix); i < RowCount; i++)
        {
            ref readonly var entry = ref EntryAt((uint)i);
            if (entry.Prefix != prefix)
                break;
            if (IsHit(entry, id))
                found.Add((entry.Pack, (int)entry.Row));
        }
    }

    /// <summary>The first pack whose name is not less, or <see cref="PackCount"/>.</summary>
    public int LowerBoundOfName(in ObjectHash name)
    {
        var (low, high) = (0, PackCount);
        while (low < high)
        {
            var middle = low + (high - low) / 2;
            if (RecordRef(middle).Key.Name.CompareTo(name) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    bool IsHit(in EntryRecord entry, in BlobId id)
    {
        ref readonly var row = ref RowOfEntry(entry);
        return row.Id == id && !IsExcluded((int)entry.Pack);
    }

    ref readonly RowRecord RowOfEntry(in EntryRecord entry)
    {
        if (entry.Pack >= _header.Packs || entry.Row >= RowCountOf((int)entry.Pack))
            throw Damaged("an entry points outside its pack");
        return ref RowAt(_firstRows[entry.Pack] + entry.Row);
    }

    ref readonly EntryRecord EntryAt(uint index)
    {
        var page = Page(_entriesPage + index / EntryRecord.PerPage);
        return ref MemoryMarshal.AsRef<EntryRecord>(
            page.Slice((int)(index % EntryRecord.PerPage) * EntryRecord.Size, EntryRecord.Size));
    }

    /// <summary>The index of the first entry whose prefix is not less; <see cref="RowCount"/> if there is none.</summary>
    long LowerBound(ulong prefix)
    {
        if (_fences.Length == 0)
            return 0;
        var page = PageBefore(prefix);
        var first = (long)page * EntryRecord.PerPage;
        var count = (int)Math.Min(EntryRecord.PerPage, RowCount - first);
        var entries = MemoryMarshal.Cast<byte, EntryRecord>(Page(_entriesPage + page)[..(count * EntryRecord.Size)]);

        var from = _fences[page];
        var to = page + 1 < _fences.Length ? _fences[page + 1] : ulong.MaxValue;
        var at = prefix <= from ? 0 : (int)((double)(prefix - from) / (to - from) * count);
        at = Math.Clamp(at, 0, count - 1);
        while (at < count && entries[at].Prefix < prefix)
            at++;
        while (at > 0 && entries[at - 1].Prefix >= prefix)
            at--;
        return first + at;
    }

    /// <summary>The last page that begins before the prefix, or 0: equal entries can begin only there or right behind.</summary>
    int PageBefore(ulong prefix)
    {
        const int FirstStep = 4;
        var fences = _fences;
        var guess = (int)Math.BigMul(prefix, (ulong)fences.Length, out _);
        int low, high;
        if (fences[guess] < prefix)
        {
            low = guess;
            var step = FirstStep;
            for (high = low + step; high < fences.Length && fences[high] < prefix; high = low + step)
            {
                low = high;
                step = Math.Min(step * 2, fences.Length);
            }
            high = Math.Min(high, fences.Length);
        }
        else
        {
            high = guess;
            var step = FirstStep;
            for (low = high - step; low > 0 && fences[low] >= prefix; low = high - step)
            {
                high = low;
                step = Math.Min(step * 2, fences.Length);
            }
            low = Math.Max(low, 0);
        }
        while (high - low > 1)
        {
            var middle = low + (high - low) / 2;
            if (fences[middle] < prefix)
                low = middle;
            else
                high = middle;
        }
        return low;
    }
}
