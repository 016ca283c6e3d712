using Cairn.Engine.Primitives;

namespace Cairn.Engine.Formats.Manifests;

/// <summary>A growing buffer of encoded fields, used again for piece after piece. Not for two threads at once.</summary>
public sealed class PieceWriter(int capacity = 4096)
{
    byte[] _bytes = new byte[capacity];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    public void Truncate(int length)
    {
        Invariant.That(length <= Length);
        Length = length;
    }

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

    public void Id(in BlobId id) => Raw(id.AsSpan());

    void Grow(int needed) => Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + needed));
}
