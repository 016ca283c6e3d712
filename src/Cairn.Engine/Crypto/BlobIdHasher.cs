using System.Security.Cryptography;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Crypto;

/// <summary>
/// Blob ids: HMAC-SHA-256(blob-id key, kind ‖ content). Any thread may hash: each gets a context of its own, which is
/// reused, so that hashing allocates nothing.
/// </summary>
public sealed class BlobIdHasher : IDisposable
{
    // Measured on an EPYC core with SHA instructions: a reused HMAC context 1.47 GB/s at 20 kB and 1.57 at 1 MiB;
    // SHA-256 with the key's blocks prepared by hand the same; HMACSHA256.HashData 1.38 and 1.56, and it wants the kind
    // and the content in one piece.
    readonly ThreadLocal<IncrementalHash> _hashes;
    readonly SecretKey _key;

    /// <summary>Copies the key.</summary>
    public BlobIdHasher(SecretKey blobIdKey)
    {
        Invariant.That(blobIdKey.Length == KeyDerivation.KeySize);
        _key = blobIdKey.Copy();
        _hashes = new(() => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key.AsSpan()), trackAllValues: true);
    }

    public BlobId Hash(byte kind, ReadOnlySpan<byte> content)
    {
        var hash = _hashes.Value!;
        hash.AppendData(new ReadOnlySpan<byte>(in kind));
        hash.AppendData(content);
        Span<byte> bytes = stackalloc byte[BlobId.Size];
        var written = hash.GetHashAndReset(bytes);
        Invariant.That(written == BlobId.Size);
        return new BlobId(bytes);
    }

    public void Dispose()
    {
        foreach (var hash in _hashes.Values)
            hash.Dispose();
        _hashes.Dispose();
        _key.Dispose();
    }
}
