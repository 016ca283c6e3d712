namespace Cairn.Engine.Indexing;

/// <summary>A bit for each of many things. Any thread may set or read; a bit once set stays.</summary>
sealed class Bitmap(long length)
{
    readonly ulong[] _words = new ulong[(length + 63) / 64];

    public bool this[long index] => (Volatile.Read(ref _words[index >> 6]) >> (int)(index & 63) & 1) != 0;

    public void Set(long index) => Interlocked.Or(ref _words[index >> 6], 1UL << (int)(index & 63));

    public IEnumerable<int> SetBits()
    {
        for (var i = 0; i < _words.Length; i++)
        {
            for (var word = _words[i]; word != 0; word &= word - 1)
                yield return i * 64 + System.Numerics.BitOperations.TrailingZeroCount(word);
        }
    }
}
