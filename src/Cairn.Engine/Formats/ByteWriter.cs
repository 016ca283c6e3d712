using System.Buffers;
using System.Buffers.Binary;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Formats;

/// <summary>Writes the fixed and compact encodings of docs/format.md, section 1, into memory of its own.</summary>
public sealed class ByteWriter(int initialCapacity = 256)
{
    readonly ArrayBufferWriter<byte> _buffer = new(initialCapacity);

    public int Length => _buffer.WrittenCount;
    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;
    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();
    public void Clear() => _buffer.ResetWrittenCount();

    public void U8(byte value) => Take(1)[0] = value;
    public void U16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(2), value);
    public void U32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);
    public void I64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);
    public void Bytes(Bytes16 value) => value.CopyTo(Take(Bytes16.Size));
    public void Bytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));
    public void Ulid(Ulid ulid) => ulid.CopyTo(Take(Primitives.Ulid.Size));
    public void Zeros(int count) => Take(count).Clear();

    public void Varint(ulong value)
    {
        var span = _buffer.GetSpan(Primitives.Varint.LengthMax);
        _buffer.Advance(Primitives.Varint.Write(span, value));
    }

    Span<byte> Take(int count)
    {
        if (count == 0)
            return [];
        var span = _buffer.GetSpan(count)[..count];
        _buffer.Advance(count);
        return span;
    }
}
