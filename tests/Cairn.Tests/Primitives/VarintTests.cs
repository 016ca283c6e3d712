using Cairn.Engine.Primitives;
using Cairn.Testing;

namespace Cairn.Tests.Primitives;

public class VarintTests
{
    [Theory]
    [InlineData(0UL, "00")]
    [InlineData(127UL, "7f")]
    [InlineData(128UL, "8001")]
    [InlineData(624485UL, "e58e26")]
    [InlineData(ulong.MaxValue, "ffffffffffffffffff01")]
    public void A_number_has_this_form_and_reads_back(ulong value, string hex)
    {
        Span<byte> buffer = stackalloc byte[Varint.LengthMax];
        var length = Varint.Write(buffer, value);
        Assert.Equal(hex, Convert.ToHexStringLower(buffer[..length]));
        Assert.Equal(length, Varint.LengthOf(value));
        var position = 0;
        Assert.True(Varint.TryRead(buffer[..length], ref position, out var read));
        Assert.Equal(value, read);
        Assert.Equal(length, position);
    }

    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData("8000")]
    [InlineData("ff00")]
    [InlineData("808000")]
    [InlineData("ffffffffffffffffff02")]
    [InlineData("ffffffffffffffffff00")]
    [InlineData("ffffffffffffffffff81")]
    [InlineData("8080808080808080808001")]
    public void What_is_cut_off_or_not_shortest_or_too_large_is_refused(string hex)
    {
        byte[] bytes = [0x05, .. Convert.FromHexString(hex)];
        var position = 1;
        Assert.False(Varint.TryRead(bytes, ref position, out var value));
        Assert.Equal(1, position);
        Assert.Equal(0UL, value);
    }

    [Fact]
    public void Numbers_of_every_width_read_back_one_after_another()
    {
        var random = new SeededRandom(11);
        var values = Enumerable.Range(0, 2000).Select(i => random.NextUInt64() >> (i % 64)).ToArray();
        var buffer = new byte[values.Length * Varint.LengthMax];
        var end = 0;
        foreach (var value in values)
            end += Varint.Write(buffer.AsSpan(end), value);
        Assert.Equal(values.Sum(Varint.LengthOf), end);
        var position = 0;
        foreach (var value in values)
        {
            Assert.True(Varint.TryRead(buffer.AsSpan(0, end), ref position, out var read), random.ToString());
            Assert.Equal(value, read);
        }
        Assert.Equal(end, position);
    }

    [Theory]
    [InlineData(0L, 0UL)]
    [InlineData(-1L, 1UL)]
    [InlineData(1L, 2UL)]
    [InlineData(long.MaxValue, ulong.MaxValue - 1)]
    [InlineData(long.MinValue, ulong.MaxValue)]
    public void Zigzag_maps_both_ways(long value, ulong mapped)
    {
        Assert.Equal(mapped, Varint.ZigZag(value));
        Assert.Equal(value, Varint.UnZigZag(mapped));
    }
}
