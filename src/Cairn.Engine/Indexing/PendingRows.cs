using System.Numerics;

namespace Cairn.Engine.Indexing;

/// <summary>
/// From the first eight bytes of an id to the rows in memory that bear them: open addressing over distinct prefixes,
/// each with a chain of its rows, so that a table full of one id costs no more than any other. One thread adds while
/// others read: a row is complete before a chain leads to it, a chain before its prefix is seen.
/// </summary>
sealed class PendingRows
{
    const int CapacityMin = 1024;
    const ulong Spread = 0x9E37_79B9_7F4A_7C15;
    const ulong Unused = 0;

    readonly ulong[] _prefixes;
    readonly int[] _heads;
    readonly ulong[] _places;
    readonly int[] _next;
    readonly int _shift;

    public PendingRows(int capacity, PendingRows? former)
    {
        capacity = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, CapacityMin));
        // Half full at most: the prefixes are the only part that is probed.
        _prefixes = new ulong[capacity * 2];
        _heads = new int[capacity * 2];
        _places = new ulong[capacity];
        _next = new int[capacity];
        _shift = 64 - BitOperations.Log2((uint)_prefixes.Length);
        if (former is null)
            return;
        Count = former.Count;
        Array.Copy(former._places, _places, Count);
        Array.Copy(former._next, _next, Count);
        for (var i = 0; i < former._prefixes.Length; i++)
        {
            if (former._prefixes[i] == Unused)
                continue;
            var slot = SlotOf(former._prefixes[i]);
            _heads[slot] = former._heads[i];
            _prefixes[slot] = former._prefixes[i];
        }
    }

    public int Count { get; private set; }
    public int Capacity => _places.Length;

    public void Add(ulong prefix, uint pack, uint row)
    {
        prefix = Usable(prefix);
        var slot = SlotOf(prefix);
        _places[Count] = (ulong)pack << 32 | row;
        _next[Count] = _prefixes[slot] == prefix ? _heads[slot] : -1;
        Volatile.Write(ref _heads[slot], Count);
        Count++;
        if (_prefixes[slot] == prefix)
            return;
        Volatile.Write(ref _prefixes[slot], prefix);
    }

    /// <summary>The first row to look at, or -1; then <see cref="Next"/>.</summary>
    public int First(ulong prefix)
    {
        prefix = Usable(prefix);
        var slot = SlotOf(prefix);
        return Volatile.Read(ref _prefixes[slot]) == prefix ? Volatile.Read(ref _heads[slot]) : -1;
    }

    public int Next(int index) => _next[index];

    public (uint Pack, uint Row) PlaceOf(int index) => ((uint)(_places[index] >> 32), (uint)_places[index]);

    // The value that marks free slots shares a chain with its neighbour; whole ids are compared anyway.
    static ulong Usable(ulong prefix) => prefix == Unused ? 1 : prefix;

    int SlotOf(ulong prefix)
    {
        var slot = (int)(prefix * Spread >> _shift);
        while (Volatile.Read(ref _prefixes[slot]) is var found && found != prefix && found != Unused)
            slot = (slot + 1) & (_prefixes.Length - 1);
        return slot;
    }
}
