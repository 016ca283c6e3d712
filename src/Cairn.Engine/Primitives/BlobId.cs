using System.Diagnostics.CodeAnalysis;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cairn.Engine.Primitives;

/// <summary>The keyed hash that names a blob: HMAC-SHA-256(blob-id key, kind ‖ content). Ordered as bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct BlobId : IEquatable<BlobId>, IComparable<BlobId>
{
    public const int Size = 32;

    // The bytes as they are stored; big-endian views of them compare like the bytes do.
    readonly ulong _a, _b, _c, _d;

    public BlobId(ReadOnlySpan<byte> bytes)
    {
        Invariant.That(bytes.Length == Size);
        this = MemoryMarshal.Read<BlobId>(bytes);
    }

    /// <summary>The first eight bytes as a number that orders like the id: for buckets and interpolation.</summary>
    public ulong Prefix => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(_a) : _a;

    public void CopyTo(Span<byte> destination) => MemoryMarshal.Write(destination, in this);

    [UnscopedRef]
    public ReadOnlySpan<byte> AsSpan() =>
        MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(in Unsafe.AsRef(in this), 1));

    public bool Equals(BlobId other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    public int CompareTo(BlobId other) => AsSpan().SequenceCompareTo(other.AsSpan());

    public override bool Equals(object? obj) => obj is BlobId other && Equals(other);

    // Ids are outputs of a PRF, so any eight bytes of them are a good hash.
    public override int GetHashCode() => _a.GetHashCode();

    public override string ToString() => Convert.ToHexStringLower(AsSpan());

    public static bool operator ==(BlobId left, BlobId right) => left.Equals(right);
    public static bool operator !=(BlobId left, BlobId right) => !left.Equals(right);
}
