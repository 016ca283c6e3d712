using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Crypto;

/// <summary>An X25519 public key: whoever has it can seal for the holder of its secret.</summary>
public readonly record struct SealingPublicKey
{
    readonly Bytes32 _bytes;

    public const int Size = Bytes32.Size;

    public SealingPublicKey(ReadOnlySpan<byte> bytes) => _bytes = new Bytes32(bytes);

    [UnscopedRef]
    public ReadOnlySpan<byte> AsSpan() => _bytes.AsSpan();

    public override string ToString() => _bytes.ToString();
}

/// <summary>An Ed25519 public key.</summary>
public readonly record struct SigningPublicKey
{
    readonly Bytes32 _bytes;

    public const int Size = Bytes32.Size;

    public SigningPublicKey(ReadOnlySpan<byte> bytes) => _bytes = new Bytes32(bytes);

    [UnscopedRef]
    public ReadOnlySpan<byte> AsSpan() => _bytes.AsSpan();

    public SignerId ToSignerId()
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        HashWithContext("cairn/1 signer"u8, hash);
        return new SignerId(hash[..SignerId.Size]);
    }

    /// <summary>The id of the repository whose first epoch has this admin key.</summary>
    public RepositoryId ToRepositoryId()
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        HashWithContext("cairn/1 repository"u8, hash);
        return new RepositoryId(hash);
    }

    public override string ToString() => _bytes.ToString();

    void HashWithContext(ReadOnlySpan<byte> context, Span<byte> hash)
    {
        Span<byte> input = stackalloc byte[context.Length + Size];
        context.CopyTo(input);
        _bytes.CopyTo(input[context.Length..]);
        SHA256.HashData(input, hash);
    }
}
