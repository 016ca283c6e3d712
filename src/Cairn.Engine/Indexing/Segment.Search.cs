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
    readonly long _idsPage;
    readonly long _entriesPage;

    /// <summary>
    /// Where to begin looking in the entries. Asks the processor for that memory, so that the misses of several
    /// segments wait together: nearly all the time of a look-up is waiting for memory.
    /// </summary>
    public uint Guess(ulong prefix)
    {
        if (_fences.Length == 0)
            return 0;
        var page = PageBefore(prefix);
        var count = EntriesIn(page);
        var from = _fences[page];
        var to = page + 1 < _fences.Length ? _fences[page + 1] : ulong.MaxValue;
        var at = prefix <= from ? 0 : (int)((double)(prefix - from) / (to - from) * count);
        at = Math.Clamp(at, 0, count - 1);
        Prefetch.Read(_file.Slice((_entriesPage + page) * IndexPage.Size + at * EntryRecord.Size, EntryRecord.Size));
        return (uint)page * EntryRecord.PerPage + (uint)at;
    }

    /// <summary>The first location in a pack that is not excluded, near what was guessed for the prefix.</summary>
    public bool TryFind(in BlobId id, uint guess, out uint pack, out int row)
    {
        var prefix = id.Prefix;
        for (var i = LowerBound(prefix, guess); i < RowCount; i++)
        {
            ref readonly var entry = ref EntryAt((uint)i);
            if (entry.Prefix != prefix)
                break;
            if (!IsHit(entry, id))
                continue;
            pack = entry.Pack;
            row = (int)(entry.Row - _firstRows[pack]);
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
        for (var i = LowerBound(prefix, Guess(prefix)); i < RowCount; i++)
        {
            ref readonly var entry = ref EntryAt((uint)i);
            if (entry.Prefix != prefix)
                break;
            if (IsHit(entry, id))
                found.Add((entry.Pack, (int)(entry.Row - _firstRows[entry.Pack])));
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
        return IdOf(entry) == id && !IsExcluded((int)entry.Pack);
    }

    ref readonly BlobId IdOf(in EntryRecord entry)
    {
        if (entry.Row >= RowCount)
            throw Damaged("an entry points behind the rows");
        // Before the pack is looked at, so that both are waited for at once.
        ref readonly var id = ref IdAt(entry.Row);
        if (entry.Pack >= _header.Packs
            || entry.Row < _firstRows[entry.Pack]
            || entry.Row >= _firstRows[entry.Pack + 1])
            throw Damaged("an entry points outside its pack");
        return ref id;
    }

    ref readonly EntryRecord EntryAt(uint index)
    {
        var page = Page(_entriesPage + index / EntryRecord.PerPage);
        return ref MemoryMarshal.AsRef<EntryRecord>(
            page.Slice((int)(index % EntryRecord.PerPage) * EntryRecord.Size, EntryRecord.Size));
    }

    /// <summary>The first entry whose prefix is not less, or <see cref="RowCount"/>.</summary>
    long LowerBound(ulong prefix, uint guess)
    {
        if (_fences.Length == 0)
            return 0;
        var page = (int)(guess / EntryRecord.PerPage);
        var count = EntriesIn(page);
        var entries = MemoryMarshal.Cast<byte, EntryRecord>(Page(_entriesPage + page)[..(count * EntryRecord.Size)]);
        var at = (int)(guess % EntryRecord.PerPage);
        while (at < count && entries[at].Prefix < prefix)
            at++;
        while (at > 0 && entries[at - 1].Prefix >= prefix)
            at--;
        return (long)page * EntryRecord.PerPage + at;
    }

    int EntriesIn(int page) => (int)Math.Min(EntryRecord.PerPage, RowCount - (long)page * EntryRecord.PerPage);

    /// <summary>The last page that begins before the prefix, or 0: equals begin only there or right behind.</summary>
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
