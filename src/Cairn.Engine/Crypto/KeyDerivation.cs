using System.Security.Cryptography;
using System.Text;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Crypto;

/// <summary>Every key that follows from another one: HKDF-SHA-256 with a text that says what the key is for.</summary>
public static class KeyDerivation
{
    public const int KeySize = 32;
    public const int ObjectSaltSize = 32;
    public const string RestoreLabel = "restore";
    public const string AdminLabel = "admin";
    public const string IndexLabel = "index";
    public const string BlobIdLabel = "blob-id";
    public const string ChunkingLabel = "chunking";

    const string Prefix = "cairn/1 ";
    const int InfoLengthMax = 128;

    /// <summary>A key of an epoch, from its seed. The domain numbers the generations of deduplication.</summary>
    public static SecretKey FromSeed(SecretKey seed, string label, uint domain, int length = KeySize)
    {
        Invariant.That(seed.Length == KeySize);
        Span<byte> info = stackalloc byte[InfoLengthMax];
        var key = new SecretKey(length);
        Derive(seed.AsSpan(), key.AsWritableSpan(), [], Info(info, $"{label} {domain}"));
        return key;
    }

    /// <summary>The key of one object under the index key: used once, because the salt never recurs.</summary>
    public static void ForObject(SecretKey indexKey, ReadOnlySpan<byte> salt, string kind, Span<byte> key)
    {
        Invariant.That(indexKey.Length == KeySize && salt.Length == ObjectSaltSize && key.Length == KeySize);
        Span<byte> info = stackalloc byte[InfoLengthMax];
        Derive(indexKey.AsSpan(), key, salt, Info(info, kind));
    }

    /// <summary>Uniform bytes from a key that is uniform already: only the expansion of HKDF.</summary>
    public static SecretKey Expand(SecretKey key, string label, int length)
    {
        Invariant.That(key.Length == KeySize);
        Span<byte> info = stackalloc byte[InfoLengthMax];
        var expanded = new SecretKey(length);
        HKDF.Expand(HashAlgorithmName.SHA256, key.AsSpan(), expanded.AsWritableSpan(), Info(info, label));
        return expanded;
    }

    static void Derive(ReadOnlySpan<byte> ikm, Span<byte> output, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> info) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, ikm, output, salt, info);

    static ReadOnlySpan<byte> Info(Span<byte> buffer, string text)
    {
        // Interpolated numbers are plain decimal digits: the build is culture-invariant.
        var isWritten = Encoding.ASCII.TryGetBytes($"{Prefix}{text}", buffer, out var length);
        Invariant.That(isWritten);
        return buffer[..length];
    }
}
