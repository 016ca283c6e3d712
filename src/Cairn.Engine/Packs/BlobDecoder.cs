using Cairn.Engine.Compression;
using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Packs;

/// <summary>
/// Turns a stored blob back into its content, releasing nothing that was not authenticated and hashed (INV-3). For one
/// thread at a time.
/// </summary>
public sealed class BlobDecoder(RepositoryId repository, BlobIdHasher hasher, BufferPool buffers) : IDisposable
{
    readonly ZstdDecompressor _zstd = new();

    /// <summary>The plain content in a buffer that the caller owns.</summary>
    public PooledBuffer Decode(in PackRow row, ReadOnlySpan<byte> stored, Aead aead)
    {
        Invariant.That(stored.Length == row.StoredLength);
        Span<byte> aad = stackalloc byte[BlobAad.Size];
        BlobAad.Write(aad, repository, row.Id, row.Kind, row.Codec, row.PlainLength);
        var encoded = buffers.Rent(row.StoredLength - Aead.TagSize);
        try
        {
            if (!aead.TryDecrypt(row.Ordinal, aad, stored, encoded.Span))
                throw new FormatViolationException(
                    FailureKind.Authentication, $"the authentication tag of blob {row.Id} is wrong");
            var plain = row.Codec == Codec.Stored ? encoded : Decompress(in row, encoded);
            RequireId(in row, plain);
            if (!ReferenceEquals(plain, encoded))
                encoded.Dispose();
            return plain;
        }
        catch
        {
            encoded.Dispose();
            throw;
        }
    }

    public void Dispose() => _zstd.Dispose();

    PooledBuffer Decompress(in PackRow row, PooledBuffer encoded)
    {
        var plain = buffers.Rent(row.PlainLength);
        if (_zstd.TryDecompress(encoded.Span, plain.Span, out var failure))
            return plain;
        plain.Dispose();
        throw new FormatViolationException(FailureKind.Content, $"blob {row.Id} does not decompress: {failure}");
    }

    void RequireId(in PackRow row, PooledBuffer plain)
    {
        if (plain.Length == row.PlainLength && hasher.Hash((byte)row.Kind, plain.Span) == row.Id)
            return;
        plain.Dispose();
        throw new FormatViolationException(FailureKind.Content, $"blob {row.Id} does not have the content of its id");
    }
}
