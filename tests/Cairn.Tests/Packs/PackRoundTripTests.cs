using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Testing.Repositories;

namespace Cairn.Tests.Packs;

public sealed class PackRoundTripTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    [InlineData(7, 1000)]
    [InlineData(300, 3000)]
    public async Task A_pack_reads_back_from_its_own_bytes(int blobs, int blobBytes)
    {
        await using var test = await TestRepository.CreateAsync();
        using var host = await test.OpenAsHostAsync();
        using var reader = await test.OpenForReadingAsync();
        var contents = Enumerable.Range(0, blobs).Select(_ => test.Random.Bytes(blobBytes)).ToList();
        using var pack = Seal(test, host, contents);
        var table = PackReader.Verify(pack.Table.Name, pack.Bytes.Span, reader.Keys, reader.Signers);
        Assert.Equal(pack.Table.Rows, table.Rows);
        Assert.Equal(Padding.PaddedLength(pack.Bytes.Length), pack.Bytes.Length);
        Assert.True(pack.Bytes.Length >= PackLayout.SmallestPack);

        using var key = reader.RequireSecrets().KeyRing.Open(table.Keys[0]);
        using var aead = new Aead(key.AsSpan());
        using var decoder = new BlobDecoder(reader.Id, reader.Hasher, test.Environment.Buffers);
        var offset = table.BlobsOffset;
        for (var i = 0; i < blobs; i++)
        {
            using var plain = decoder.Decode(table.Rows[i], pack.Bytes.Span.Slice(offset, table.Rows[i].StoredLength),
                aead);
            Assert.Equal(contents[i], plain.Span.ToArray());
            offset += table.Rows[i].StoredLength;
        }
    }

    [Fact]
    public async Task Any_changed_byte_of_a_pack_is_noticed()
    {
        await using var test = await TestRepository.CreateAsync();
        using var host = await test.OpenAsHostAsync();
        using var pack = Seal(test, host, [test.Random.Bytes(500), test.Random.Bytes(700)]);
        var bytes = pack.Bytes.ToArray();
        for (var i = 0; i < bytes.Length; i += 1 + i % 7)
        {
            bytes[i] ^= 0x10;
            Assert.Throws<FormatViolationException>(
                () => PackReader.Verify(pack.Table.Name, bytes, host.Keys, host.Signers));
            // Nor does it help to call it by its new hash: the table, the signature, or the content hash is wrong then.
            Assert.Throws<FormatViolationException>(
                () => PackReader.Verify(ObjectWriter.HashOf(bytes), bytes, host.Keys, host.Signers));
            bytes[i] ^= 0x10;
        }
        for (var length = 0; length < bytes.Length; length += 97)
            Assert.Throws<FormatViolationException>(
                () => PackReader.Verify(ObjectWriter.HashOf(bytes.AsSpan(0, length)), bytes.AsSpan(0, length),
                    host.Keys, host.Signers));
    }

    [Fact]
    public async Task A_damaged_blob_is_not_released_and_no_buffer_is_kept_INV_3()
    {
        await using var test = await TestRepository.CreateAsync();
        using var host = await test.OpenAsHostAsync();
        using var reader = await test.OpenForReadingAsync();
        using var pack = Seal(test, host, [new byte[5000], test.Random.Bytes(5000)]);
        var table = pack.Table;
        using var key = reader.RequireSecrets().KeyRing.Open(table.Keys[0]);
        using var aead = new Aead(key.AsSpan());
        using var decoder = new BlobDecoder(reader.Id, reader.Hasher, test.Environment.Buffers);
        var before = test.Environment.Buffers.Outstanding;
        var first = pack.Bytes.Slice(table.BlobsOffset, table.Rows[0].StoredLength).ToArray();
        var row = table.Rows[0];
        first[3] ^= 1;
        Assert.Throws<FormatViolationException>(() => decoder.Decode(row, first, aead));
        first[3] ^= 1;
        foreach (var wrong in new[]
        {
            row with { Id = table.Rows[1].Id }, row with { PlainLength = 4999 }, row with { Codec = Codec.Stored },
            row with { Ordinal = 1 }, row with { Kind = BlobKind.Manifest },
        })
            Assert.Throws<FormatViolationException>(() => decoder.Decode(wrong, first, aead));
        Assert.Equal(before, test.Environment.Buffers.Outstanding);
    }

    [Fact]
    public async Task A_pack_takes_as_many_rows_as_the_format_allows_and_no_more()
    {
        await using var test = await TestRepository.CreateAsync();
        using var host = await test.OpenAsHostAsync();
        var context = host.CreatePackContext() with { PackBytes = Limits.PackBytes };
        using var builder = new PackBuilder(context, PackKind.Data);
        using var aead = builder.CreateAead();
        var id = new BlobId(test.Random.Bytes(BlobId.Size));
        for (var row = 0; row < Limits.PackRows; row++)
        {
            Assert.True(builder.TryReserve(id, BlobKind.Chunk, Codec.Stored, 0, Aead.TagSize, out var room));
            builder.Room(room).Clear();
            builder.Finish();
        }
        Assert.False(builder.TryReserve(id, BlobKind.Chunk, Codec.Stored, 0, Aead.TagSize, out _));
        Assert.True(builder.Close());
        using var pack = PackSealer.Seal(builder, context);
        var table = PackReader.Verify(pack.Table.Name, pack.Bytes.Span, host.Keys, host.Signers);
        Assert.Equal(Limits.PackRows, table.Rows.Length);
    }

    [Fact]
    public async Task Packs_never_grow_beyond_their_size_whatever_is_put_into_them()
    {
        await using var test = await TestRepository.CreateAsync();
        using var host = await test.OpenAsHostAsync();
        foreach (var packBytes in new[] { 1 << 20, (1 << 20) + 4321, 3_000_000 })
        {
            var context = host.CreatePackContext() with { PackBytes = packBytes };
            for (var round = 0; round < 5; round++)
            {
                using var builder = new PackBuilder(context, PackKind.Data);
                var blobMax = 1 << (4 + 4 * round);
                while (true)
                {
                    var length = Aead.TagSize + test.Random.NextInt(blobMax);
                    var id = new BlobId(test.Random.Bytes(BlobId.Size));
                    if (!builder.TryReserve(id, BlobKind.Chunk, Codec.Zstd, 1 << 24, length, out var room))
                        break;
                    test.Random.Fill(builder.Room(room)[..Math.Min(16, length)]);
                    builder.Finish();
                }
                builder.Close();
                using var pack = PackSealer.Seal(builder, context);
                Assert.InRange(pack.Bytes.Length, blobMax > packBytes / 4 ? 1 : packBytes / 2, packBytes);
            }
        }
    }

    static SealedPack Seal(TestRepository test, Repository host, IEnumerable<byte[]> contents)
    {
        var context = host.CreatePackContext();
        using var builder = new PackBuilder(context, PackKind.Data);
        using var aead = builder.CreateAead();
        var compressor = new Engine.Compression.ZstdCompressor(3);
        foreach (var content in contents)
        {
            var id = host.Hasher.Hash((byte)BlobKind.Chunk, content);
            var scratch = new byte[content.Length];
            var compressed = content.Length == 0 ? 0 : compressor.Compress(content, scratch);
            var (codec, encoded) = compressed == 0 ? (Codec.Stored, content) : (Codec.Zstd, scratch[..compressed]);
            Assert.True(builder.TryReserve(
                id, BlobKind.Chunk, codec, content.Length, encoded.Length + Aead.TagSize, out var room));
            var aad = new byte[BlobAad.Size];
            BlobAad.Write(aad, host.Id, id, BlobKind.Chunk, codec, content.Length);
            aead.Encrypt(room.Ordinal, aad, encoded, builder.Room(room));
            Assert.False(builder.Finish());
        }
        compressor.Dispose();
        Assert.True(builder.Close());
        // The pack's buffer is the builder's: returned once, by whoever comes first.
        var pack = PackSealer.Seal(builder, context);
        var copy = test.Environment.Buffers.Rent(pack.Bytes.Length);
        pack.Bytes.Span.CopyTo(copy.Span);
        return pack with { Buffer = copy };
    }
}
