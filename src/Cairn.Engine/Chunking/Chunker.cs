using System.Runtime.CompilerServices;
using Cairn.Engine.Interop;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Chunking;

/// <summary>
/// Cuts one stream into chunks by its content: a Gear hash over 64 bytes proposes a place about every 4096 bytes, and a
/// keyed hash of the same 64 bytes decides. (The Gear table alone, though secret, can be learnt from chunk sizes.)
/// For one stream at a time, on one thread at a time.
/// </summary>
public sealed unsafe class Chunker(CutRule rule)
{
    const int Window = ChunkerParameters.WindowBytes;
    const ulong CandidateLimit = 1UL << (64 - ChunkerParameters.CandidateBits);

    readonly int _minimum = rule.Parameters.Minimum;
    readonly int _maximum = rule.Parameters.Maximum;

    // Everything before this place of the current chunk is in the hash or needs not be; no byte is scanned twice.
    int _scanned;
    ulong _hash;

    /// <summary>
    /// The length of the chunk that starts where <paramref name="data"/> starts, or 0 if more data is needed to tell
    /// (or there is none at all). After 0 the caller calls again with the same bytes and more behind them; after a
    /// length, with what follows the chunk.
    /// </summary>
    public int FindCut(ReadOnlySpan<byte> data, bool isEnd)
    {
        Invariant.That(data.Length >= _scanned);
        var limit = Math.Min(data.Length, _maximum);
        var cut = limit < _minimum ? 0 : Scan(data[..limit]);
        if (cut == 0 && (limit == _maximum || isEnd))
            cut = limit;
        if (cut != 0)
            Reset();
        return cut;
    }

    /// <summary>Forgets the current chunk: the next call starts another stream.</summary>
    public void Reset()
    {
        _scanned = 0;
        _hash = 0;
    }

    int Scan(ReadOnlySpan<byte> data)
    {
        fixed (byte* start = data, gear = rule.Gear, cutKey = rule.CutKey)
        {
            var end = start + data.Length;
            var at = start + _scanned;
            var hash = _hash;
            if (_scanned == 0)
            {
                at = start + _minimum;
                hash = Warm(at - Window, (ulong*)gear);
                if (hash < CandidateLimit && IsBoundary(at, cutKey))
                    return _minimum;
            }
            while ((at = NextCandidate(at, end, (ulong*)gear, CandidateLimit, ref hash)) != null)
            {
                if (IsBoundary(at, cutKey))
                    return (int)(at - start);
            }
            _scanned = data.Length;
            _hash = hash;
            return 0;
        }
    }

    static ulong Warm(byte* at, ulong* gear)
    {
        var hash = 0UL;
        for (var i = 0; i < Window; i++)
            hash = (hash << 1) + gear[at[i]];
        return hash;
    }

    bool IsBoundary(byte* at, byte* cutKey)
    {
        ulong keyed;
        _ = Sodium.ShortHashOfFewBytes(&keyed, at - Window, Window, cutKey);
        if (!BitConverter.IsLittleEndian)
            keyed = System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(keyed);
        return keyed >> 32 < rule.Threshold;
    }

    /// <summary>The first place behind <paramref name="at"/> where the hash's top bits are zero, or null.</summary>
    // The hot loop, once per byte: no bounds to check, and the limit is an argument only so that the compiler keeps it
    // in a register instead of loading a long constant for every byte.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static byte* NextCandidate(byte* at, byte* end, ulong* gear, ulong limit, ref ulong state)
    {
        var hash = state;
        while (end - at >= 8)
        {
            if ((hash = hash + hash + gear[at[0]]) < limit) { at += 1; goto Found; }
            if ((hash = hash + hash + gear[at[1]]) < limit) { at += 2; goto Found; }
            if ((hash = hash + hash + gear[at[2]]) < limit) { at += 3; goto Found; }
            if ((hash = hash + hash + gear[at[3]]) < limit) { at += 4; goto Found; }
            if ((hash = hash + hash + gear[at[4]]) < limit) { at += 5; goto Found; }
            if ((hash = hash + hash + gear[at[5]]) < limit) { at += 6; goto Found; }
            if ((hash = hash + hash + gear[at[6]]) < limit) { at += 7; goto Found; }
            if ((hash = hash + hash + gear[at[7]]) < limit) { at += 8; goto Found; }
            at += 8;
        }
        while (at < end)
        {
            if ((hash = hash + hash + gear[*at++]) < limit)
                goto Found;
        }
        state = hash;
        return null;
    Found:
        state = hash;
        return at;
    }
}
