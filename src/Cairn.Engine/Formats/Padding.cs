using System.Numerics;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Formats;

/// <summary>Padmé lengths (docs/format.md, section 1): a length that tells little about what was padded.</summary>
public static class Padding
{
    public static long PaddedLength(long length)
    {
        Invariant.That(length is >= 0 and < 1L << 62);
        if (length < 2)
            return length;
        var exponent = BitOperations.Log2((ulong)length);
        var kept = BitOperations.Log2((ulong)exponent) + 1;
        var mask = (1L << Math.Max(exponent - kept, 0)) - 1;
        return (length + mask) & ~mask;
    }

    public static int PaddedLength(int length) => checked((int)PaddedLength((long)length));

    /// <summary>The largest padded length that is not above the given one.</summary>
    public static int FloorToPadded(int length)
    {
        var exponent = BitOperations.Log2((uint)length);
        var kept = BitOperations.Log2((uint)exponent) + 1;
        return length & ~((1 << Math.Max(exponent - kept, 0)) - 1);
    }

    /// <summary>Padding is part of the canonical form: anything but zeros could carry something.</summary>
    public static void RequireZeros(ReadOnlySpan<byte> padding)
    {
        if (padding.ContainsAnyExcept((byte)0))
            throw new FormatViolationException(FailureKind.Framing, "its padding is not zero");
    }
}
