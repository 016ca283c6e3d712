using System.Buffers.Binary;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Formats;

/// <summary>Reads what <see cref="ByteWriter"/> writes, strictly: running out of bytes is a framing failure.</summary>
public ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    readonly ReadOnlySpan<byte> _bytes = bytes;
    int _position;

    public readonly int Position => _position;
    public readonly int Remaining => _bytes.Length - _position;

    public byte U8() => Bytes(1)[0];
    public ushort U16() => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2));
    public uint U32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    public long I64InRange(long min, long max)
    {
        var value = BinaryPrimitives.ReadInt64LittleEndian(Bytes(8));
        return value >= min && value <= max
            ? value
            : throw new FormatViolationException(FailureKind.Framing, $"a number out of its range: {value}");
    }

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if (count > Remaining)
            throw new FormatViolationException(FailureKind.Framing, $"it ends {count - Remaining} bytes too early");
        var result = _bytes.Slice(_position, count);
        _position += count;
        return result;
    }

    public ulong VarintAtMost(ulong max)
    {
        if (!Varint.TryRead(_bytes, ref _position, out var value))
            throw new FormatViolationException(FailureKind.Framing, "a malformed varint");
        return value <= max
            ? value
            : throw new FormatViolationException(FailureKind.Framing, $"{value} where at most {max} is allowed");
    }

    public readonly void RequireEnd()
    {
        if (Remaining != 0)
            throw new FormatViolationException(FailureKind.Framing, $"{Remaining} bytes follow its end");
    }
}
