using Cairn.App;
using Cairn.Cli.Commands;
using Cairn.Cli.Rendering;
using Cairn.Engine.Entries;
using Cairn.Engine.Operations;

namespace Cairn.Tests.Cli;

public class RenderingTests
{
    [Theory]
    [InlineData(0x1ed, EntryKind.Directory, "drwxr-xr-x")]
    [InlineData(0x9ed, EntryKind.File, "-rwsr-xr-x")]
    [InlineData(0x9a4, EntryKind.File, "-rwSr--r--")]
    [InlineData(0x3ff, EntryKind.Directory, "drwxrwxrwt")]
    [InlineData(0x5e0, EntryKind.File, "-rwxr-S---")]
    public void Modes_are_shown_as_ls_does(int mode, EntryKind kind, string expected) => Assert.Equal(
        expected,
        EntryText.ModeText(new Entry { Name = "x"u8.ToArray(), Kind = kind, Mode = (ushort)mode,
            Owner = new Owner(0, 0, "", "") }));

    [Fact]
    public void Time_left_comes_from_the_speed_of_the_last_seconds()
    {
        var estimate = new ProgressEstimate();
        for (var second = 0; second <= 10; second++)
            estimate.Add(TimeSpan.FromSeconds(second), new ProgressSample("reading", 0, null, second * 100, 3000, 0));

        Assert.Equal(100, estimate.BytesPerSecond, 3);
        Assert.Equal(TimeSpan.FromSeconds(20), estimate.Left);
    }

    [Fact]
    public void Nobody_knows_the_time_left_of_something_that_stands_still()
    {
        var estimate = new ProgressEstimate();
        estimate.Add(TimeSpan.FromSeconds(1), new ProgressSample("reading", 0, 10, 0, 3000, 0));
        estimate.Add(TimeSpan.FromSeconds(2), new ProgressSample("reading", 0, 10, 0, 3000, 0));

        Assert.Null(estimate.Left);
    }

    [Fact]
    public void Columns_are_aligned()
    {
        var table = new Table(["A", "NUMBER", "B"], 1);
        table.Add("äöü", "7", "x");
        table.Add("a", "1,000", "");

        Assert.Equal(["A    NUMBER  B", "äöü       7  x", "a     1,000"], table.Lines());
    }

    [Theory]
    [InlineData("5%", 5)]
    [InlineData("0.5%", 0.5)]
    [InlineData("100%", 100)]
    public void A_share_of_packs_is_a_percentage(string text, double expected) =>
        Assert.Equal(expected, CheckCommand.ParsePercent(text));

    [Theory]
    [InlineData("5")]
    [InlineData("0%")]
    [InlineData("101%")]
    [InlineData("-1%")]
    [InlineData("%")]
    public void Anything_else_is_no_share(string text) =>
        Assert.Throws<UsageException>(() => CheckCommand.ParsePercent(text));
}
