using Cairn.Engine.Primitives;
using Cairn.Testing;

namespace Cairn.Tests.Primitives;

public class CrockfordTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("00", "00")]
    [InlineData("ff", "ZW")]
    [InlineData("f83e0f83e0", "Z0Z0Z0Z0")]
    [InlineData("0123456789", "04HMASW9")]
    public void Bytes_have_this_text_and_read_back(string hex, string text)
    {
        var bytes = Convert.FromHexString(hex);
        var letters = new char[Crockford.LettersFor(bytes.Length)];
        Crockford.Encode(bytes, letters);
        Assert.Equal(text, new string(letters));
        var back = new byte[bytes.Length];
        Assert.True(Crockford.TryDecode(letters, back));
        Assert.Equal(bytes, back);
    }

    [Fact]
    public void Every_length_reads_back()
    {
        var random = new SeededRandom(5);
        for (var length = 0; length < 70; length++)
        {
            var bytes = random.Bytes(length);
            var letters = new char[Crockford.LettersFor(length)];
            Crockford.Encode(bytes, letters);
            var back = new byte[length];
            Assert.True(Crockford.TryDecode(letters, back), $"length {length}, {random}");
            Assert.Equal(bytes, back);
        }
    }

    [Theory]
    [InlineData("ZX", 1)] // an unused bit is set
    [InlineData("Z", 1)]
    [InlineData("ZW0", 1)]
    [InlineData("zw", 1)]
    [InlineData("O0", 1)]
    [InlineData("I0", 1)]
    [InlineData("L0", 1)]
    [InlineData("U0", 1)]
    [InlineData("0-", 1)]
    [InlineData("0\u00e9", 1)]
    [InlineData("00000001", 4)]
    public void Text_that_is_not_the_one_encoding_is_refused(string text, int length) =>
        Assert.False(Crockford.TryDecode(text, new byte[length]));
}
