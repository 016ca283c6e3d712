using BenchmarkDotNet.Attributes;
using Cairn.Engine.Chunking;
using Cairn.Engine.Compression;
using Cairn.Engine.Crypto;
using Cairn.Engine.Primitives;

namespace Cairn.Benchmarks;

/// <summary>
/// What every byte of new content goes through, each step by itself, on 64 MiB. Bytes a second are 64 MiB by the mean.
/// </summary>
public class StreamBenchmarks
{
    const int Bytes = 64 << 20;

    readonly byte[] _noise = Content.Noise(Bytes);
    readonly CutRule _rule = new(Key(1), ChunkerParameters.Default);
    readonly BlobIdHasher _hasher = new(Key(2));
    readonly Aead _aead = new(Key(3).AsSpan());
    readonly byte[] _sealed = new byte[(1 << 20) + Aead.TagSize];

    [Benchmark]
    public int Chunker()
    {
        var chunker = new Chunker(_rule);
        var chunks = 0;
        for (var rest = _noise.AsSpan(); rest.Length > 0; chunks++)
            rest = rest[chunker.FindCut(rest, isEnd: true)..];
        return chunks;
    }

    [Benchmark]
    public BlobId Id()
    {
        BlobId last = default;
        for (var at = 0; at < Bytes; at += 1 << 20)
            last = _hasher.Hash(kind: 0, _noise.AsSpan(at, 1 << 20));
        return last;
    }

    [Benchmark]
    public byte Encrypt()
    {
        for (var at = 0; at < Bytes; at += 1 << 20)
            _aead.Encrypt((uint)at, "associated"u8, _noise.AsSpan(at, 1 << 20), _sealed);
        return _sealed[^1];
    }

    static SecretKey Key(byte value) => SecretKey.CopyFrom(Enumerable.Repeat(value, 32).ToArray());
}

/// <summary>Compression of 64 MiB in blobs of one size.</summary>
public class CodecBenchmarks
{
    const int Bytes = 64 << 20;

    readonly ZstdCompressor _compressor = new();
    readonly ZstdDecompressor _decompressor = new();
    byte[] _plain = [];
    readonly List<byte[]> _frames = [];
    byte[] _scratch = [];

    [Params(4 << 10, 1 << 20)]
    public int Blob { get; set; }

    [Params("text", "noise")]
    public string Kind { get; set; } = "";

    [GlobalSetup]
    public void Prepare()
    {
        _plain = Kind == "text" ? Content.Text(Bytes) : Content.Noise(Bytes);
        _scratch = new byte[Blob];
        for (var at = 0; at < Bytes && Kind == "text"; at += Blob)
        {
            var length = _compressor.Compress(_plain.AsSpan(at, Blob), _scratch);
            _frames.Add(_scratch[..length]);
        }
    }

    [Benchmark]
    public long Compress()
    {
        var sum = 0L;
        for (var at = 0; at < Bytes; at += Blob)
            sum += _compressor.Compress(_plain.AsSpan(at, Blob), _scratch);
        return sum;
    }

    [Benchmark]
    public int Decompress()
    {
        foreach (var frame in _frames)
            _decompressor.TryDecompress(frame, _scratch, out _);
        return _frames.Count;
    }
}
