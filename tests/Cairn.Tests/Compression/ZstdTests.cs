using System.Text;
using Cairn.Engine.Compression;
using Cairn.Testing;

namespace Cairn.Tests.Compression;

public class ZstdTests
{
    static byte[] Text(int length, ulong seed = 1)
    {
        var random = new SeededRandom(seed);
        var text = new StringBuilder();
        while (text.Length < length)
            text.Append($"int value_{random.NextInt(500)} = call({random.NextInt(9)});\n");
        return Encoding.ASCII.GetBytes(text.ToString(0, length));
    }

    static byte[] Compress(byte[] plain, int level = ZstdCompressor.LevelDefault)
    {
        using var compressor = new ZstdCompressor(level);
        var frame = new byte[plain.Length];
        return frame[..compressor.Compress(plain, frame)];
    }

    static void AssertFails(DecompressionFailure expected, byte[] frame, int length)
    {
        using var decompressor = new ZstdDecompressor();
        Assert.False(decompressor.TryDecompress(frame, new byte[length], out var failure));
        Assert.Equal(expected, failure);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(9)]
    public void Text_of_any_length_reads_back_from_reused_contexts(int level)
    {
        using var compressor = new ZstdCompressor(level);
        using var decompressor = new ZstdDecompressor();
        foreach (var length in new[] { 200, 255, 256, 4096, 20_000, 65_791, 65_792, 200_000, 1 << 20 })
        {
            var plain = Text(length);
            var frame = new byte[length];
            var frameLength = compressor.Compress(plain, frame);
            Assert.InRange(frameLength, 1, length - length / 64 - 1);
            var back = new byte[length];
            Assert.True(decompressor.TryDecompress(frame.AsSpan(0, frameLength), back, out var failure), $"{failure}");
            Assert.Equal(plain, back);
        }
    }

    [Fact]
    public void Small_blobs_get_level_1_unless_more_than_the_default_is_asked_for()
    {
        using var compressor = new ZstdCompressor();
        foreach (var length in new[] { 100, 8192, 8193, 300, 100_000, 8192, 20_000 })
        {
            foreach (var level in new[] { 1, 2, 3, 4, 12, 3 })
            {
                compressor.SetLevel(level);
                var (plain, frame) = (Text(length), new byte[length]);
                var frameLength = compressor.Compress(plain, frame);
                Assert.Equal(Compress(plain, length <= 8192 && level <= 3 ? 1 : level), frame[..frameLength]);
            }
        }
        Assert.NotEqual(Compress(Text(8192), 3), Compress(Text(8192), 4));
    }

    [Fact]
    public void What_would_not_shrink_by_a_64th_is_left_to_be_stored()
    {
        Assert.Empty(Compress([]));
        Assert.Empty(Compress([1]));
        foreach (var length in new[] { 10, 64, 4096, 20_000, 1 << 20 })
            Assert.Empty(Compress(new SeededRandom(2).Bytes(length)));
        // Random bytes with a run in them that saves less, or more, than the 64th.
        Assert.Empty(Compress([.. new SeededRandom(2).Bytes(9900), .. new byte[100]]));
        Assert.NotEmpty(Compress([.. new SeededRandom(2).Bytes(9000), .. new byte[1000]]));
    }

    [Fact]
    public void A_frame_states_its_length_and_carries_no_checksum()
    {
        var frame = Compress(Text(20_000));
        Assert.Equal([0x28, 0xB5, 0x2F, 0xFD], frame[..4]);
        Assert.Equal(0, frame[4] & 0b0001_1111);
        // Single segment and a two-byte length, which is stored less 256.
        Assert.Equal(0b0110_0000, frame[4]);
        Assert.Equal(20_000 - 256, BitConverter.ToUInt16(frame, 5));
    }

    [Fact]
    public void Only_the_exact_length_is_accepted()
    {
        var frame = Compress(Text(20_000));
        AssertFails(DecompressionFailure.WrongLength, frame, 19_999);
        AssertFails(DecompressionFailure.WrongLength, frame, 20_001);
        AssertFails(DecompressionFailure.WrongLength, frame, 0);
    }

    [Fact]
    public void A_frame_cut_off_or_with_anything_behind_it_is_refused()
    {
        var frame = Compress(Text(2000));
        for (var length = 0; length < frame.Length; length++)
        {
            using var decompressor = new ZstdDecompressor();
            var isDone = decompressor.TryDecompress(frame.AsSpan(0, length), new byte[2000], out _);
            Assert.False(isDone, $"length {length}");
        }
        AssertFails(DecompressionFailure.NotExactlyOneFrame, [.. frame, 0], 2000);
        AssertFails(DecompressionFailure.NotExactlyOneFrame, [.. frame, .. frame], 2000);
        AssertFails(DecompressionFailure.WrongLength, [.. frame, .. frame], 4000);
        byte[] skippable = [0x50, 0x2A, 0x4D, 0x18, 0, 0, 0, 0];
        AssertFails(DecompressionFailure.NotExactlyOneFrame, [.. frame, .. skippable], 2000);
        AssertFails(DecompressionFailure.NotAFrame, [.. skippable, .. frame], 2000);
        AssertFails(DecompressionFailure.NotAFrame, skippable, 0);
    }

    [Theory]
    [InlineData(0b0000_0001)]
    [InlineData(0b0000_0100)]
    [InlineData(0b0000_1000)]
    [InlineData(0b0001_0000)]
    public void A_header_with_a_flag_that_the_format_does_not_use_is_refused(byte flag)
    {
        var frame = Compress(Text(2000));
        frame[4] |= flag;
        AssertFails(DecompressionFailure.NotAFrame, frame, 2000);
    }

    [Fact]
    public void Damage_anywhere_neither_throws_nor_writes_beyond_the_destination()
    {
        var random = new SeededRandom(31);
        var frame = Compress(Text(4000));
        using var decompressor = new ZstdDecompressor();
        for (var round = 0; round < 3000; round++)
        {
            var damaged = (byte[])frame.Clone();
            for (var i = random.NextInt(4); i >= 0; i--)
                damaged[random.NextInt(damaged.Length)] = (byte)random.NextUInt64();
            var buffer = new byte[4000 + 200];
            Array.Fill(buffer, (byte)0xEE);
            decompressor.TryDecompress(damaged, buffer.AsSpan(100, 4000), out _);
            Assert.False(buffer.AsSpan(0, 100).ContainsAnyExcept((byte)0xEE), $"{random}, round {round}");
            Assert.False(buffer.AsSpan(4100).ContainsAnyExcept((byte)0xEE), $"{random}, round {round}");
        }
        Assert.True(decompressor.TryDecompress(frame, new byte[4000], out _));
    }
}
