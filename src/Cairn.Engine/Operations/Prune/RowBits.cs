using Cairn.Engine.Primitives;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Cairn.Engine.Operations.Prune;

/// <summary>Rows of a pack, a bit each, or all of them, however many there are. One thread.</summary>
sealed class RowBits
{
    ulong[] _words = [];

    public bool HasAll { get; private set; }

    public bool this[int row] =>
        HasAll || (row >> 6 < _words.Length && (_words[row >> 6] >> (row & 63) & 1) != 0);

    /// <summary>False if it was set before.</summary>
    public bool Set(int row)
    {
        if (this[row])
            return false;
        Reserve((row >> 6) + 1);
        _words[row >> 6] |= 1UL << (row & 63);
        return true;
    }

    public void SetAll()
    {
        HasAll = true;
        _words = [];
    }

    /// <summary>Row i is bit i mod 8 of byte i / 8.</summary>
    public void Add(ReadOnlySpan<byte> bitmap)
    {
        if (HasAll)
            return;
        Reserve((bitmap.Length + 7) / 8);
        var bytes = MemoryMarshal.AsBytes(_words.AsSpan());
        Invariant.That(BitConverter.IsLittleEndian);
        for (var i = 0; i < bitmap.Length; i++)
            bytes[i] |= bitmap[i];
    }

    /// <summary>How many of the first so many rows are set here and not there.</summary>
    public int CountWithout(RowBits? others, int rows)
    {
        if (others is null && HasAll)
            return rows;
        var count = 0;
        for (var word = 0; word * 64 < rows; word++)
        {
            var mask = rows - word * 64 >= 64 ? ulong.MaxValue : (1UL << (rows - word * 64)) - 1;
            count += BitOperations.PopCount(WordAt(word) & ~(others?.WordAt(word) ?? 0) & mask);
        }
        return count;
    }

    /// <summary>Whether any row is set here and not there, where nobody knows how many rows there are.</summary>
    public bool HasAnyWithout(RowBits? others)
    {
        if (HasAll)
            return others is not { HasAll: true };
        for (var word = 0; word < _words.Length; word++)
        {
            if ((_words[word] & ~(others?.WordAt(word) ?? 0)) != 0)
                return true;
        }
        return false;
    }

    /// <summary>Whether a row is not set and a later one is, or none is.</summary>
    public bool HasGap
    {
        get
        {
            if (HasAll)
                return false;
            var last = Array.FindLastIndex(_words, word => word != 0);
            return last < 0 || Array.Exists(_words[..last], word => word != ulong.MaxValue)
                || (_words[last] & (_words[last] + 1)) != 0;
        }
    }

    ulong WordAt(int word) => HasAll ? ulong.MaxValue : word < _words.Length ? _words[word] : 0;

    void Reserve(int words)
    {
        if (_words.Length < words)
            Array.Resize(ref _words, words);
    }
}
