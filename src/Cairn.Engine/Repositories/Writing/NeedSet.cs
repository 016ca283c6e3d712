using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Repositories.Writing;

/// <summary>
/// Which rows of which packs the running session needs: what its ledger will name. Any thread may mark; reading waits
/// for the marking to be over.
/// </summary>
public sealed class NeedSet(BlobIndex index)
{
    readonly Lock _growing = new();
    uint[]?[] _bitmaps = new uint[64][];

    /// <summary>Marks a row. Cheap when it is marked already, as in most of an unchanged backup.</summary>
    public void Mark(BlobLocation location)
    {
        var bitmap = BitmapOf(location.Pack);
        var bit = 1u << (location.Row & 31);
        ref var word = ref bitmap[location.Row >> 5];
        if ((Volatile.Read(ref word) & bit) == 0)
            Interlocked.Or(ref word, bit);
    }

    public void MarkAll(PackNumber pack, int rowsOfPack)
    {
        var bitmap = BitmapOf(pack);
        for (var row = 0; row < rowsOfPack; row++)
            Interlocked.Or(ref bitmap[row >> 5], 1u << (row & 31));
    }

    /// <summary>The packs with at least one marked row.</summary>
    public IEnumerable<PackNumber> Packs()
    {
        var bitmaps = Volatile.Read(ref _bitmaps);
        for (var i = 0; i < bitmaps.Length; i++)
        {
            if (bitmaps[i] is { } bitmap && bitmap.AsSpan().ContainsAnyExcept(0u))
                yield return new PackNumber((uint)i);
        }
    }

    /// <summary>What a ledger says of a pack: all rows, or a bitmap.</summary>
    public LedgerPack Select(PackNumber pack)
    {
        var facts = index.GetPack(pack);
        var rowsOfPack = facts.RowCount;
        var bitmap = new byte[(rowsOfPack + 7) / 8];
        var words = _bitmaps[pack.Value]!;
        var marked = 0;
        for (var row = 0; row < rowsOfPack; row++)
        {
            if ((words[row >> 5] & (1u << (row & 31))) == 0)
                continue;
            bitmap[row >> 3] |= (byte)(1 << (row & 7));
            marked++;
        }
        Invariant.That(marked > 0);
        var prefix = PackPrefix.Of(facts.Name);
        return marked == rowsOfPack
            ? new LedgerPack(prefix, RowCount: 0, default)
            : new LedgerPack(prefix, (uint)rowsOfPack, bitmap);
    }

    uint[] BitmapOf(PackNumber pack)
    {
        var number = (int)pack.Value;
        var bitmaps = Volatile.Read(ref _bitmaps);
        if (number < bitmaps.Length && Volatile.Read(ref bitmaps[number]) is { } known)
            return known;
        lock (_growing)
        {
            bitmaps = _bitmaps;
            if (number >= bitmaps.Length)
            {
                Array.Resize(ref bitmaps, Math.Max(number + 1, 2 * bitmaps.Length));
                Volatile.Write(ref _bitmaps, bitmaps);
            }
            return bitmaps[number] ??= new uint[(index.GetRowCount(pack) + 31) / 32];
        }
    }
}
