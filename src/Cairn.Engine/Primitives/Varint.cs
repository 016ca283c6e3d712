using System.Numerics;

namespace Cairn.Engine.Primitives;

/// <summary>
/// Unsigned LEB128 of up to 64 bits: seven bits a byte, lowest first, the high bit says that more follow. Canonical:
/// the shortest form is the only one.
/// </summary>
public static class Varint
{
    public const int LengthMax = 10;

    public static int LengthOf(ulong value) => (BitOperations.Log2(value | 1) + 7) / 7;

    /// <summary>The number of bytes written.</summary>
    public static int Write(Span<byte> destination, ulong value)
    {
        var length = 0;
        for (; value >= 0x80; value >>= 7)
            destination[length++] = (byte)(value | 0x80);
        destination[length++] = (byte)value;
        return length;
    }

    /// <summary>False, and the position stays, if the number is cut off, too long, or above 64 bits.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, ref int position, out ulong value)
    {
        value = 0;
        Invariant.That(position >= 0 && position <= source.Length);
        var rest = source[position..];
        for (var i = 0; i < rest.Length && i < LengthMax; i++)
        {
            var group = rest[i];
            if (i == LengthMax - 1 && group > 1)
                break;
            value |= (ulong)(group & 0x7F) << (7 * i);
            if (group >= 0x80)
                continue;
            if (group == 0 && i > 0)
                break;
            position += i + 1;
            return true;
        }
        value = 0;
        return false;
    }

    /// <summary>Small numbers of either sign become small unsigned ones: 0, -1, 1, -2 … to 0, 1, 2, 3 …</summary>
    public static ulong ZigZag(long value) => (ulong)(value << 1) ^ (ulong)(value >> 63);

    public static long UnZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);
}
