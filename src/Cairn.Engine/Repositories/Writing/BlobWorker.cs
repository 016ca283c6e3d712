using Cairn.Engine.Compression;
using Cairn.Engine.Crypto;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Repositories.Writing;

/// <summary>What one thread needs to store blobs: a compressor, room for what it makes, and the cipher of each open
/// pack.</summary>
public sealed class BlobWorker(BufferPool buffers, int compressionLevel) : IDisposable
{
    /// <summary>The level of what is stored as it is.</summary>
    public const int NoCompression = 0;

    readonly ZstdCompressor _compressor = new(compressionLevel);
    readonly (PackBuilder? Pack, Aead? Aead)[] _ciphers = new (PackBuilder?, Aead?)[2];
    PooledBuffer? _scratch;

    /// <summary>The encoded content, lent until the next call, and how it is encoded.</summary>
    /// <param name="level">Null for the usual one.</param>
    internal ReadOnlySpan<byte> Encode(ReadOnlySpan<byte> plain, int? level, out Codec codec)
    {
        codec = Codec.Stored;
        if (plain.IsEmpty || level == NoCompression)
            return plain;
        _compressor.SetLevel(level ?? compressionLevel);
        if (_scratch is null || _scratch.Capacity < plain.Length)
        {
            _scratch?.Dispose();
            _scratch = buffers.Rent(plain.Length);
        }
        _scratch.Length = plain.Length;
        var length = _compressor.Compress(plain, _scratch.Span);
        if (length == 0)
            return plain;
        codec = Codec.Zstd;
        return _scratch.Span[..length];
    }

    internal Aead CipherOf(PackBuilder pack)
    {
        ref var cipher = ref _ciphers[pack.Kind == PackKind.Data ? 0 : 1];
        if (ReferenceEquals(cipher.Pack, pack))
            return cipher.Aead!;
        cipher.Aead?.Dispose();
        cipher = (pack, pack.CreateAead());
        return cipher.Aead!;
    }

    public void Dispose()
    {
        _compressor.Dispose();
        _scratch?.Dispose();
        foreach (var (_, aead) in _ciphers)
            aead?.Dispose();
    }
}
