using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cairn.Engine.Primitives;

/// <summary>Thirty-two bytes by value, ordered as bytes: the inside of <see cref="BlobId"/> and <see
/// cref="ObjectHash"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct Bytes32 : IEquatable<Bytes32>, IComparable<Bytes32>
{
    public const int Size = 32;

    readonly ulong _a, _b, _c, _d;

    public Bytes32(ReadOnlySpan<byte> bytes)
    {
        Invariant.That(bytes.Length == Size);
        this = MemoryMarshal.Read<Bytes32>(bytes);
    }

    /// <summary>The first eight bytes as a number that orders like the bytes: for buckets and interpolation.</summary>
    public ulong Prefix => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(_a) : _a;

    public void CopyTo(Span<byte> destination) => MemoryMarshal.Write(destination, in this);

    [UnscopedRef]
    public ReadOnlySpan<byte> AsSpan() =>
        MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(in Unsafe.AsRef(in this), 1));

    public bool Equals(Bytes32 other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    public int CompareTo(Bytes32 other)
    {
        var byPrefix = Prefix.CompareTo(other.Prefix);
        return byPrefix != 0 ? byPrefix : AsSpan().SequenceCompareTo(other.AsSpan());
    }

    public override bool Equals(object? obj) => obj is Bytes32 other && Equals(other);

    // What is kept in these bytes is the output of a hash, so any eight of them are a good hash code.
    public override int GetHashCode() => _a.GetHashCode();

    public override string ToString() => Convert.ToHexStringLower(AsSpan());
}
