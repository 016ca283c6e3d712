using Cairn.Engine.Compression;
using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Vectors;

namespace Cairn.Tests.Fuzzing;

/// <summary>Packs whole, their tables and frames below the seal, and the parts by themselves.</summary>
static partial class FuzzTargets
{
    static readonly BufferPool Buffers = new();

    static IEnumerable<FuzzTarget> Packs()
    {
        yield return new FuzzTarget("pack", FuzzSeeds.Of("pack", "pack"))
        {
            AllocationBase = 2L * Limits.BlobPlainBytes, Decode = ReadPack,
        };
        yield return Header();
        yield return Table("table-data", PackKind.Data);
        yield return Table("table-manifest", PackKind.Manifest);
        byte[]? own = null;
        PackWithTable(text => own = text);
        yield return new FuzzTarget("table-resealed", FuzzSeeds.With("table-resealed", [own!]))
        {
            AllocationBase = 2L * Limits.BlobPlainBytes, Decode = ReadPack, Wrap = text => PackWithTable(_ => text),
        };
        yield return new FuzzTarget("frame-resealed", FrameSeeds("frame-resealed"))
        {
            AllocationBase = 1 << 20, Decode = ReadPack, Wrap = frame =>
                new PackMaker(new Kit("fuzzing"), new BlobMaker(new byte[1000]) { Frame = frame }).Make().Bytes,
        };
        yield return Frame();
    }

    /// <summary>The same pack each time, of two keys and two blobs, but for its table.</summary>
    static byte[] PackWithTable(Func<byte[], byte[]> table) => new PackMaker(
        new Kit("fuzzing"), new BlobMaker("some content"u8.ToArray()),
        new BlobMaker(new byte[1000]) { Frame = Cairn.Vectors.Frames.Repeat(0, 1000), Key = 1, Ordinal = 5 })
    {
        KeyCount = 2, TableText = table,
    }.Make().Bytes;

    /// <summary>As a check reads it: form, signature, every blob.</summary>
    static Func<byte[]>? ReadPack(byte[] pack)
    {
        var world = FuzzSeeds.World;
        var table = PackReader.Verify(ObjectWriter.HashOf(pack), pack, world.Envelope, world.Signers);
        using var decoder = new BlobDecoder(world.Repository, world.Hasher, Buffers);
        var at = table.BlobsOffset;
        try
        {
            foreach (ref readonly var row in table.Rows.AsSpan())
            {
                using var key = world.KeyRing.Open(table.Keys[row.Key]);
                using var aead = new Aead(key.AsSpan());
                using var plain = decoder.Decode(in row, pack.AsSpan(at, row.StoredLength), aead);
                Assert.Equal(row.PlainLength, plain.Length);
                at += row.StoredLength;
            }
        }
        finally
        {
            Assert.Equal(0, Buffers.Outstanding);
        }
        return null;
    }

    static FuzzTarget Header() => new("pack-header", FuzzSeeds.With("pack-header", FuzzSeeds.Vectors
        .Where(vector => vector.Decoder == "pack").Select(vector => vector.Object!)
        .Select(pack => pack[..Math.Min(pack.Length, PackHeader.SizeWithKeys(1))])))
    {
        Decode = bytes =>
        {
            var header = PackHeader.Decode(bytes);
            // What follows the keys is no part of it.
            return () => [.. header.Encode(), .. bytes.AsSpan(PackHeader.SizeWithKeys(header.Keys.Count))];
        },
    };

    static FuzzTarget Table(string name, PackKind kind) => new(name, TableTexts(name))
    {
        Decode = text =>
        {
            var reader = new ByteReader(text);
            var (authors, rows) = PackTableCodec.Read(ref reader, kind, keyCount: 2);
            reader.RequireEnd();
            return () =>
            {
                var writer = new ByteWriter();
                PackTableCodec.Write(writer, authors, rows);
                return writer.ToArray();
            };
        },
    };

    /// <summary>Tables as index objects have them, without zeros, and made ones with two keys and authors.</summary>
    static IReadOnlyList<byte[]> TableTexts(string target)
    {
        var texts = new List<byte[]>();
        foreach (var kind in new[] { BlobKind.Chunk, BlobKind.ExtentList, BlobKind.Manifest })
            foreach (var count in new[] { 1, 2, 9 })
            {
                var rows = Enumerable.Range(0, count).Select(i => new PackRow(
                    Kit.Hasher.Hash((byte)kind, BitConverter.GetBytes(i)), kind, (Codec)(i % 2), 16 + 12 + i,
                    i % 2 == 0 ? 12 + i : 1000 * i, Key: (ushort)(i % 3 / 2), (uint)(i % 5 == 4 ? i + 7 : i),
                    Author: (ushort)(i % 4 / 3))).ToArray();
                var writer = new ByteWriter();
                PackTableCodec.Write(writer, [Kit.Host.Id, Kit.OtherHost.Id], rows);
                texts.Add(writer.ToArray());
            }
        return FuzzSeeds.With(target, texts);
    }

    static FuzzTarget Frame()
    {
        var plain = new byte[Limits.BlobPlainBytes];
        return new FuzzTarget("frame", FrameSeeds("frame"))
        {
            AllocationBase = 64 << 10,
            Decode = frame =>
            {
                using var zstd = new ZstdDecompressor();
                foreach (var length in new[] { 1000, 0, 1 << 17 })
                {
                    if (zstd.TryDecompress(frame, plain.AsSpan(0, length), out var failure))
                        return null;
                    if (length == 1 << 17)
                        throw new FormatViolationException(FailureKind.Content, failure.ToString());
                }
                return null;
            },
        };
    }

    /// <summary>Of a thousand zeros and of other content, as the library writes them.</summary>
    static IReadOnlyList<byte[]> FrameSeeds(string target)
    {
        var frames = new List<byte[]> { Frames.Repeat(0, 1000) };
        using var compressor = new ZstdCompressor(3);
        foreach (var content in new[] { new byte[1000], Kit.HashOf("frame"), [.. Enumerable.Range(0, 1000)
            .Select(i => (byte)(i * i >> 5))] })
        {
            var frame = new byte[content.Length + 100];
            frames.Add(frame[..compressor.Compress(content, frame)]);
        }
        return FuzzSeeds.With(target, frames);
    }
}
