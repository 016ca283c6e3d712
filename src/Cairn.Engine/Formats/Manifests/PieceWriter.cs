using System.Buffers.Binary;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Formats.Manifests;

/// <summary>
/// A growing buffer of encoded fields, used again for piece after piece. Not for two threads at once.
/// </summary>
public sealed class PieceWriter(int capacity = 4096)
{
    byte[] _bytes = new byte[capacity];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    public void Byte(byte value)
    {
        if (Length == _bytes.Length)
            Grow(1);
        _bytes[Length++] = value;
    }

    public void Varint(ulong value)
    {
        if (_bytes.Length - Length < Primitives.Varint.LengthMax)
            Grow(Primitives.Varint.LengthMax);
        Length += Primitives.Varint.Write(_bytes.AsSpan(Length), value);
    }

    public void SignedVarint(long value) => Varint(Primitives.Varint.ZigZag(value));

    /// <summary>The length, then the bytes.</summary>
    public void Bytes(ReadOnlySpan<byte> value)
    {
        Varint((ulong)value.Length);
        Raw(value);
    }

    public void Raw(ReadOnlySpan<byte> value)
    {
        if (_bytes.Length - Length < value.Length)
            Grow(value.Length);
        value.CopyTo(_bytes.AsSpan(Length));
        Length += value.Length;
    }

    public void Fixed32(uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        Raw(bytes);
    }

    public void Fixed64(ulong value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        Raw(bytes);
    }

    /// <summary>Fills in what was not known when its place was written.</summary>
    public void PatchUInt32(int position, uint value)
    {
        Invariant.That(position + sizeof(uint) <= Length);
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(position), value);
    }

    public void Id(in BlobId id) => Raw(id.AsSpan());

    void Grow(int needed) => Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + needed));
}
