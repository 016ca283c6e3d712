using System.Buffers.Binary;

namespace Cairn.Engine.Primitives;

/// <summary>
/// Sixteen bytes by value, ordered as bytes: the inside of <see cref="Ulid"/>, <see cref="SignerId"/> and <see
/// cref="PackPrefix"/>. Not a UInt128: no method that touches one can be compiled ahead of time.
/// </summary>
/// <param name="High">The first eight bytes as a big-endian number.</param>
/// <param name="Low">The last eight.</param>
public readonly record struct Bytes16(ulong High, ulong Low) : IComparable<Bytes16>
{
    public const int Size = 16;

    public Bytes16(ReadOnlySpan<byte> bytes)
        : this(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..])) =>
        Invariant.That(bytes.Length == Size);

    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, High);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Low);
    }

    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    public int CompareTo(Bytes16 other)
    {
        var byHigh = High.CompareTo(other.High);
        return byHigh != 0 ? byHigh : Low.CompareTo(other.Low);
    }

    // At least one half of what is kept in these bytes is random or the output of a hash.
    public override int GetHashCode() => (High ^ Low).GetHashCode();

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
