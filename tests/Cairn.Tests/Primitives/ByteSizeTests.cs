using Cairn.Engine.Primitives;

namespace Cairn.Tests.Primitives;

public class ByteSizeTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1.0 KiB")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(100 * 1024, "100 KiB")]
    [InlineData(1024 * 1024 - 1, "1.0 MiB")]
    [InlineData(64L << 20, "64.0 MiB")]
    [InlineData(long.MaxValue, "8.0 EiB")]
    [InlineData(-1536, "-1.5 KiB")]
    [InlineData(long.MinValue, "-8.0 EiB")]
    public void A_size_is_written_like_this(long bytes, string text) => Assert.Equal(text, ByteSize.Format(bytes));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("4096", 4096)]
    [InlineData("12B", 12)]
    [InlineData("64K", 64 << 10)]
    [InlineData("64k", 64 << 10)]
    [InlineData("64 KiB", 64 << 10)]
    [InlineData("1.5G", 3L << 29)]
    [InlineData("2TiB", 2L << 40)]
    [InlineData("7EiB", 7L << 60)]
    [InlineData("0.3K", 307)]
    public void These_are_sizes(string text, long bytes)
    {
        Assert.True(ByteSize.TryParse(text, out var read));
        Assert.Equal(bytes, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("K")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1KB")]
    [InlineData("1 ")]
    [InlineData("1  K")]
    [InlineData(" 1")]
    [InlineData("1Ki")]
    [InlineData("1X")]
    [InlineData(".5K")]
    [InlineData("5.K")]
    [InlineData("1.2.3")]
    [InlineData("1,5K")]
    [InlineData("8E")]
    [InlineData("9223372036854775808")]
    [InlineData("99999999999999999999999999999999999999")]
    public void These_are_not(string text) => Assert.False(ByteSize.TryParse(text, out _));
}
