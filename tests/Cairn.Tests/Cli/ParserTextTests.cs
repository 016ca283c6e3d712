using Cairn.Cli;

namespace Cairn.Tests.Cli;

/// <summary>The parser's own sentences, as the program gets them.</summary>
public class ParserTextTests
{
    [Theory]
    [InlineData("forget --keep-last two", "\"two\" is no number for --keep-last")]
    [InlineData("snapshots --latest x", "\"x\" is no number for --latest")]
    [InlineData("backup --tag", "--tag needs a value")]
    [InlineData("ls", "ls needs SNAPSHOT[:PATH]")]
    [InlineData("restore latest", "--target is needed")]
    [InlineData("completion tcsh", "\"tcsh\" is none of: bash, zsh, fish")]
    [InlineData("ls a b", "\"b\" is more than this command takes")]
    public void It_speaks_as_the_rest_does(string arguments, string text)
    {
        var parsed = CommandLine.Create(new GlobalOptions()).Parse(arguments);
        Assert.Equal(text, ParserText.Of(parsed.Errors[0].Message));
    }
}
