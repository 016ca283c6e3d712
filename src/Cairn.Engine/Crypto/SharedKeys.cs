using Cairn.Engine.Primitives;

namespace Cairn.Engine.Crypto;

/// <summary>
/// The keys that all hosts of a repository share. They come from the first epoch of a deduplication domain and outlive
/// the epoch. Owns its keys.
/// </summary>
public sealed class SharedKeys : IDisposable
{
    readonly SecretKey? _blobId;
    readonly SecretKey? _chunking;

    /// <summary>Takes over the three keys and disposes them.</summary>
    public SharedKeys(SecretKey index, SecretKey blobId, SecretKey chunking)
    {
        Invariant.That(index.Length == KeyDerivation.KeySize);
        Invariant.That(blobId.Length == KeyDerivation.KeySize);
        Invariant.That(chunking.Length == KeyDerivation.KeySize);
        Index = index;
        _blobId = blobId;
        _chunking = chunking;
    }

    SharedKeys(SecretKey index) => Index = index;

    public SecretKey Index { get; }
    public SecretKey BlobId => Invariant.NotNull(_blobId);
    public SecretKey Chunking => Invariant.NotNull(_chunking);

    /// <summary>Whether the keys are there that who cuts and names contents needs.</summary>
    public bool HasContentKeys => _blobId is not null;

    /// <summary>A maintainer has the index key alone. Takes it over.</summary>
    public static SharedKeys OfMaintainer(SecretKey index) => new(index);

    public static SharedKeys Derive(SecretKey seed, uint domain) => new(
        KeyDerivation.FromSeed(seed, KeyDerivation.IndexLabel, domain),
        KeyDerivation.FromSeed(seed, KeyDerivation.BlobIdLabel, domain),
        KeyDerivation.FromSeed(seed, KeyDerivation.ChunkingLabel, domain));

    public void Dispose()
    {
        Index.Dispose();
        _blobId?.Dispose();
        _chunking?.Dispose();
    }
}
