using System.Buffers.Binary;
using System.Security.Cryptography;
using Cairn.Engine.Interop;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Crypto;

/// <summary>
/// ChaCha20-Poly1305 (RFC 8439) under one key, with an ordinal as nonce: 4 bytes little-endian, then 8 zero bytes. The
/// caller never encrypts twice under one ordinal. One thread at a time: the cipher's context is reused.
/// </summary>
public sealed class Aead : IDisposable
{
    public const int KeySize = 32;
    public const int NonceSize = 12;
    public const int TagSize = 16;

    readonly ChaCha20Poly1305? _platform;
    readonly SecretKey? _key;

    /// <summary>Copies the key.</summary>
    public Aead(ReadOnlySpan<byte> key)
        : this(key, usePlatform: ChaCha20Poly1305.IsSupported) { }

    // An OpenSSL built without this cipher, or in FIPS mode, leaves it to libsodium; the bytes are the same.
    internal Aead(ReadOnlySpan<byte> key, bool usePlatform)
    {
        Invariant.That(key.Length == KeySize);
        if (usePlatform)
        {
            _platform = new ChaCha20Poly1305(key);
            return;
        }
        Sodium.EnsureReady();
        _key = SecretKey.CopyFrom(key);
    }

    /// <summary>Writes the ciphertext and then the tag: the plaintext's length plus <see cref="TagSize"/>.</summary>
    public void Encrypt(
        uint ordinal, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> plain, Span<byte> destination)
    {
        Invariant.That(destination.Length == plain.Length + TagSize);
        Span<byte> nonce = stackalloc byte[NonceSize];
        WriteNonce(ordinal, nonce);
        if (_platform is not null)
        {
            _platform.Encrypt(nonce, plain, destination[..plain.Length], destination[plain.Length..], associated);
            return;
        }
        var outcome = Sodium.AeadEncrypt(
            destination, 0, plain, (ulong)plain.Length, associated, (ulong)associated.Length, 0, nonce, _key!.AsSpan());
        Invariant.That(outcome == 0);
    }

    /// <summary>False if the bytes, the ordinal or the associated data differ; the destination is then zero.</summary>
    public bool TryDecrypt(
        uint ordinal, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> sealedBytes, Span<byte> plain)
    {
        if (sealedBytes.Length >= TagSize
            && plain.Length == sealedBytes.Length - TagSize
            && TryDecryptExact(ordinal, associated, sealedBytes, plain))
            return true;
        plain.Clear();
        return false;
    }

    public void Dispose()
    {
        _platform?.Dispose();
        _key?.Dispose();
    }

    bool TryDecryptExact(
        uint ordinal, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> sealedBytes, Span<byte> plain)
    {
        Span<byte> nonce = stackalloc byte[NonceSize];
        WriteNonce(ordinal, nonce);
        if (_platform is null)
            return Sodium.AeadDecrypt(
                plain, 0, 0, sealedBytes, (ulong)sealedBytes.Length,
                associated, (ulong)associated.Length, nonce, _key!.AsSpan()) == 0;
        try
        {
            _platform.Decrypt(nonce, sealedBytes[..plain.Length], sealedBytes[plain.Length..], plain, associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    static void WriteNonce(uint ordinal, Span<byte> nonce)
    {
        nonce.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(nonce, ordinal);
    }
}
