using System.Diagnostics.CodeAnalysis;

namespace Cairn.Engine.Primitives;

/// <summary>The keyed hash that names a blob: HMAC-SHA-256(blob-id key, kind ‖ content).</summary>
public readonly record struct BlobId : IComparable<BlobId>
{
    readonly Bytes32 _bytes;

    public const int Size = Bytes32.Size;

    public BlobId(ReadOnlySpan<byte> bytes) => _bytes = new Bytes32(bytes);

    public ulong Prefix => _bytes.Prefix;

    [UnscopedRef]
    public ReadOnlySpan<byte> AsSpan() => _bytes.AsSpan();

    public int CompareTo(BlobId other) => _bytes.CompareTo(other._bytes);
    public void CopyTo(Span<byte> destination) => _bytes.CopyTo(destination);
    public override string ToString() => _bytes.ToString();
}

/// <summary>SHA-256 of an object's stored bytes: a pack's name, and the last part of every other object's
/// name.</summary>
public readonly record struct ObjectHash : IComparable<ObjectHash>
{
    readonly Bytes32 _bytes;

    public const int Size = Bytes32.Size;

    public ObjectHash(ReadOnlySpan<byte> bytes) => _bytes = new Bytes32(bytes);

    [UnscopedRef]
    public ReadOnlySpan<byte> AsSpan() => _bytes.AsSpan();

    public int CompareTo(ObjectHash other) => _bytes.CompareTo(other._bytes);
    public void CopyTo(Span<byte> destination) => _bytes.CopyTo(destination);
    public override string ToString() => _bytes.ToString();
}

/// <summary>Who signed: the first 16 bytes of SHA-256 of a context string and an Ed25519 public key
/// (docs/format.md).</summary>
public readonly record struct SignerId(Bytes16 Value) : IComparable<SignerId>
{
    public const int Size = Bytes16.Size;

    public SignerId(ReadOnlySpan<byte> bytes) : this(new Bytes16(bytes)) { }

    public void CopyTo(Span<byte> destination) => Value.CopyTo(destination);
    public int CompareTo(SignerId other) => Value.CompareTo(other.Value);
    public override string ToString() => Value.ToString();
}

/// <summary>The first 16 bytes of a pack's name, by which ledgers name packs.</summary>
public readonly record struct PackPrefix(Bytes16 Value) : IComparable<PackPrefix>
{
    public const int Size = Bytes16.Size;

    public PackPrefix(ReadOnlySpan<byte> bytes) : this(new Bytes16(bytes)) { }

    /// <summary>The least name with this prefix.</summary>
    public ObjectHash FirstName
    {
        get
        {
            Span<byte> bytes = stackalloc byte[ObjectHash.Size];
            bytes.Clear();
            CopyTo(bytes);
            return new ObjectHash(bytes);
        }
    }

    public static PackPrefix Of(in ObjectHash name) => new(name.AsSpan()[..Size]);

    public void CopyTo(Span<byte> destination) => Value.CopyTo(destination);
    public int CompareTo(PackPrefix other) => Value.CompareTo(other.Value);
    public override string ToString() => Value.ToString();
}
