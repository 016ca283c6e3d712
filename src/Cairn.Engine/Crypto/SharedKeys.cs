using Cairn.Engine.Primitives;

namespace Cairn.Engine.Crypto;

/// <summary>
/// The keys that all hosts of a repository share. They come from the first epoch of a deduplication domain and outlive
/// the epoch. Owns its keys.
/// </summary>
public sealed class SharedKeys : IDisposable
{
    /// <summary>Takes over the three keys and disposes them.</summary>
    public SharedKeys(SecretKey index, SecretKey blobId, SecretKey chunking)
    {
        Invariant.That(index.Length == KeyDerivation.KeySize);
        Invariant.That(blobId.Length == KeyDerivation.KeySize);
        Invariant.That(chunking.Length == KeyDerivation.KeySize);
        Index = index;
        BlobId = blobId;
        Chunking = chunking;
    }

    public SecretKey Index { get; }
    public SecretKey BlobId { get; }
    public SecretKey Chunking { get; }

    public static SharedKeys Derive(SecretKey seed, uint domain) => new(
        KeyDerivation.FromSeed(seed, KeyDerivation.IndexLabel, domain),
        KeyDerivation.FromSeed(seed, KeyDerivation.BlobIdLabel, domain),
        KeyDerivation.FromSeed(seed, KeyDerivation.ChunkingLabel, domain));

    public void Dispose()
    {
        Index.Dispose();
        BlobId.Dispose();
        Chunking.Dispose();
    }
}
