using System.Diagnostics.CodeAnalysis;

namespace Cairn.Engine.Primitives;

/// <summary>Names a repository for ever: the hash of its first epoch's admin public key (docs/format.md).</summary>
public readonly record struct RepositoryId : IComparable<RepositoryId>
{
    readonly Bytes32 _bytes;

    public const int Size = Bytes32.Size;

    public RepositoryId(ReadOnlySpan<byte> bytes) => _bytes = new Bytes32(bytes);

    [UnscopedRef]
    public ReadOnlySpan<byte> AsSpan() => _bytes.AsSpan();

    public int CompareTo(RepositoryId other) => _bytes.CompareTo(other._bytes);
    public void CopyTo(Span<byte> destination) => _bytes.CopyTo(destination);
    public override string ToString() => _bytes.ToString();
}
