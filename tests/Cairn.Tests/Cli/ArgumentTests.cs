using System.Text;
using Cairn.App.Text;
using Cairn.Cli;

namespace Cairn.Tests.Cli;

public class ArgumentTests
{
    [Fact]
    public void Bytes_that_are_no_text_travel_through_the_parser_unharmed()
    {
        var all = new byte[255];
        for (var i = 0; i < all.Length; i++)
            all[i] = (byte)(i + 1);
        byte[] mixed = [.. "ä/€/😀"u8, 0xff, .. "x"u8, 0xc3, .. "/"u8, 0xed, 0xa0, 0x80, .. all];

        Assert.Equal(mixed, ByteText.ToBytes(ByteText.FromBytes(mixed)));
    }

    [Fact]
    public void Text_stays_the_same_text() => Assert.Equal("ä €😀\ufffd",
        ByteText.FromBytes(Encoding.UTF8.GetBytes("ä €😀\ufffd")));

    [Fact]
    public void Arguments_are_the_last_ones_of_the_process()
    {
        byte[] commandLine = [.. "dotnet\0cairn.dll\0backup\0/tmp/"u8, 0x80, .. "x\0"u8];
        var restored = KernelArguments.Restore(["backup", "/tmp/\ufffdx"], commandLine);

        Assert.Equal("backup", restored[0]);
        Assert.Equal((byte[])[.. "/tmp/"u8, 0x80, .. "x"u8], ByteText.ToBytes(restored[1]));
    }

    [Fact]
    public void An_empty_argument_keeps_its_place() =>
        Assert.Equal(["a", "", "b"], KernelArguments.Restore(["a", "", "b"], "x\0a\0\0b\0"u8));

    [Theory]
    [InlineData("plain äé", "plain äé")]
    [InlineData("a\nb\tc\rd", "a\\nb\\tc\\rd")]
    [InlineData("\x1b[31m", "\\x1b[31m")]
    [InlineData("a\u202eb", "a\\xe2\\x80\\xaeb")]
    public void Names_are_shown_so_that_they_cannot_disturb_a_terminal(string name, string expected) =>
        Assert.Equal(expected, ByteText.Show(Encoding.UTF8.GetBytes(name)));

    [Fact]
    public void Bytes_that_are_no_text_are_shown_as_numbers() =>
        Assert.Equal("a\\x80b", ByteText.Show([(byte)'a', 0x80, (byte)'b']));
}
