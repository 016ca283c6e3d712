using System.Buffers.Binary;
using Cairn.Engine.Primitives;
using Cairn.Testing;

namespace Cairn.Tests.Fuzzing;

/// <summary>
/// Changes inputs in the ways that decoders get wrong: bits, boundary values, lengths of two, four and eight bytes,
/// varints, missing, doubled and exchanged parts, and parts of other inputs. Everything follows from the seed.
/// </summary>
sealed class Mutator(SeededRandom random)
{
    public const int LengthMax = 1 << 17;

    static readonly byte[] Bytes = [0, 1, 2, 3, 0x0A, 0x20, 0x2F, 0x3F, 0x40, 0x7F, 0x80, 0x81, 0xFE, 0xFF];

    static readonly ulong[] Numbers =
    [
        0, 1, 2, 0x7F, 0x80, 0xFF, 0x100, 0x3FFF, 0x4000, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 1 << 20, (1 << 20) + 1,
        1 << 24, (1 << 24) + 17, int.MaxValue, 1UL << 31, uint.MaxValue, 1UL << 32, (1UL << 53) + 1, (1UL << 62) - 1,
        1UL << 62, long.MaxValue, 1UL << 63, ulong.MaxValue,
    ];

    /// <summary>A copy with one to a dozen changes, mostly few.</summary>
    public byte[] Mutate(byte[] input, Func<byte[]> other)
    {
        var bytes = input.ToArray();
        var changes = 1 + (random.NextInt(4) == 0 ? random.NextInt(12) : random.NextInt(3));
        for (var i = 0; i < changes; i++)
        {
            var changed = Change(bytes, other);
            if (changed.Length <= LengthMax)
                bytes = changed;
        }
        return bytes;
    }

    byte[] Change(byte[] bytes, Func<byte[]> other) => bytes.Length == 0 ? Insert(bytes) : random.NextInt(14) switch
    {
        0 or 1 => FlipBit(bytes),
        2 => SetByte(bytes),
        3 => AddToByte(bytes),
        4 => bytes[..At(bytes.Length)],
        5 => [.. bytes, .. Filler()],
        6 => Insert(bytes),
        7 => Remove(bytes),
        8 => CopyWithin(bytes),
        9 => Exchange(bytes),
        10 => Splice(bytes, other()),
        11 => ChangeVarint(bytes),
        12 => ChangeFixed(bytes),
        _ => Transplant(bytes, other()),
    };

    byte[] FlipBit(byte[] bytes)
    {
        bytes[At(bytes.Length)] ^= (byte)(1 << random.NextInt(8));
        return bytes;
    }

    byte[] SetByte(byte[] bytes)
    {
        bytes[At(bytes.Length)] = Bytes[random.NextInt(Bytes.Length)];
        return bytes;
    }

    byte[] AddToByte(byte[] bytes)
    {
        bytes[At(bytes.Length)] += (byte)(random.NextInt(9) - 4);
        return bytes;
    }

    byte[] Insert(byte[] bytes)
    {
        var at = random.NextInt(bytes.Length + 1);
        return [.. bytes.AsSpan(0, at), .. Filler(), .. bytes.AsSpan(at)];
    }

    byte[] Remove(byte[] bytes)
    {
        var (at, length) = Part(bytes);
        return [.. bytes.AsSpan(0, at), .. bytes.AsSpan(at + length)];
    }

    byte[] CopyWithin(byte[] bytes)
    {
        var (from, length) = Part(bytes);
        var block = bytes.AsSpan(from, length).ToArray();
        var at = random.NextInt(bytes.Length + 1);
        // Over what is there, or between it.
        if (random.NextInt(2) == 0)
            return [.. bytes.AsSpan(0, at), .. block, .. bytes.AsSpan(at)];
        block.AsSpan(0, Math.Min(length, bytes.Length - at)).CopyTo(bytes.AsSpan(at));
        return bytes;
    }

    byte[] Exchange(byte[] bytes)
    {
        var (first, length) = Part(bytes);
        var second = random.NextInt(bytes.Length - length + 1);
        var block = bytes.AsSpan(first, length).ToArray();
        bytes.AsSpan(second, length).ToArray().CopyTo(bytes, first);
        block.CopyTo(bytes, second);
        return bytes;
    }

    byte[] Splice(byte[] bytes, byte[] other) =>
        [.. bytes.AsSpan(0, random.NextInt(bytes.Length + 1)), .. other.AsSpan(random.NextInt(other.Length + 1))];

    byte[] Transplant(byte[] bytes, byte[] other)
    {
        if (other.Length == 0)
            return bytes;
        var (from, length) = Part(other);
        var at = At(bytes.Length);
        other.AsSpan(from, Math.Min(length, bytes.Length - at)).CopyTo(bytes.AsSpan(at));
        return bytes;
    }

    byte[] ChangeVarint(byte[] bytes)
    {
        var at = At(bytes.Length);
        var end = at;
        if (!Varint.TryRead(bytes, ref end, out var value))
            return bytes;
        var written = new byte[Varint.LengthMax];
        var length = Varint.Write(written, NumberNear(value, bytes.Length - end));
        byte[] varint = [.. written.AsSpan(0, length)];
        // Longer than it has to be, now and then.
        if (length < Varint.LengthMax && random.NextInt(6) == 0)
            varint = [.. varint.AsSpan(0, length - 1), (byte)(varint[^1] | 0x80), 0];
        return [.. bytes.AsSpan(0, at), .. varint, .. bytes.AsSpan(end)];
    }

    byte[] ChangeFixed(byte[] bytes)
    {
        var size = 2 << random.NextInt(3);
        if (bytes.Length < size)
            return bytes;
        var at = random.NextInt(bytes.Length - size + 1);
        // Lengths that stand at the end, as in a trailer, are worth more than their share.
        if (random.NextInt(8) == 0)
            at = Math.Max(bytes.Length - size - random.NextInt(9), 0);
        var field = bytes.AsSpan(at, size);
        Span<byte> wide = stackalloc byte[8];
        wide.Clear();
        field.CopyTo(wide);
        BinaryPrimitives.WriteUInt64LittleEndian(
            wide, NumberNear(BinaryPrimitives.ReadUInt64LittleEndian(wide), bytes.Length - at - size));
        wide[..size].CopyTo(field);
        return bytes;
    }

    ulong NumberNear(ulong value, int remaining) => random.NextInt(5) switch
    {
        0 => value + 1,
        1 => value - 1,
        2 => (ulong)(remaining + random.NextInt(3) - 1),
        3 => value << random.NextInt(8),
        _ => Numbers[random.NextInt(Numbers.Length)],
    };

    byte[] Filler()
    {
        var length = random.NextInt(8) == 0 ? random.NextInt(2000) : 1 + random.NextInt(8);
        return random.NextInt(2) == 0 ? new byte[length] : random.Bytes(length);
    }

    (int At, int Length) Part(byte[] bytes)
    {
        var at = At(bytes.Length);
        var most = bytes.Length - at;
        return (at, 1 + random.NextInt(random.NextInt(3) == 0 ? most : Math.Min(most, 40)));
    }

    // Fields stand close together at the beginning.
    int At(int length) => random.NextInt(4) == 0 ? random.NextInt(Math.Min(length, 80)) : random.NextInt(length);
}
