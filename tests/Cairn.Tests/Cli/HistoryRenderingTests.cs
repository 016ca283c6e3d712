using System.CommandLine;
using System.Text;
using Cairn.App.Reading;
using Cairn.Cli;
using Cairn.Cli.Documentation;
using Cairn.Cli.Rendering;
using Cairn.Engine.Entries;
using Cairn.Tests.App;

namespace Cairn.Tests.Cli;

public class HistoryRenderingTests
{
    [Fact]
    public void Snapshots_stand_in_a_table_for_each_group()
    {
        var report = new SnapshotsReport(
            [
                SnapshotReferenceTests.Make("aaaa1", day: 1, "here"),
                SnapshotReferenceTests.Make("bbbb1", day: 2, "there") with { Tags = [] },
                SnapshotReferenceTests.Make("aaaa2", day: 3, "here"),
            ], []);
        var lines = Print(output => SnapshotsRendering.Print(output, report, SnapshotGrouping.Parse("host,tag")));

        Assert.Equal(
            ["host here, tag daily", "ID", "aaaa1000", "aaaa2000", "", "host there, tag none", "ID", "bbbb1000", "",
                "3 snapshots"],
            lines.Select(line => line.Split("  ")[0]));
        Assert.Throws<Cairn.App.UsageException>(() => SnapshotGrouping.Parse("host,size"));
    }

    [Theory]
    [InlineData("source", "here:/etc")]
    [InlineData("host", "here")]
    [InlineData("day", "2026-01-01")]
    [InlineData("week", "2026-W01")]
    [InlineData("month", "2026-01")]
    [InlineData("year", "2026")]
    public void Statistics_are_grouped(string by, string expected) =>
        Assert.Equal(expected, StatsGrouping.KeyOf(SnapshotReferenceTests.Make("aaaa1", day: 1, "here"), by));

    [Theory]
    [InlineData(true, "\x1b[32m+ /x\x1b[0m  10 B")]
    [InlineData(false, "+ /x  10 B")]
    public void Colours_are_for_terminals_only(bool isTerminal, string expected)
    {
        var entry = new Entry
        {
            Name = "x"u8.ToArray(), Kind = EntryKind.File, Owner = new Owner(0, 0, "", ""), Size = 10,
        };
        var lines = Print(
            output => new DiffRendering(output).Print(new Cairn.Engine.Operations.Diff.DiffEntry(
                IsStream: false, "x"u8.ToArray(), Before: null, entry, Cairn.Engine.Manifests.EntryChanges.None)),
            new OutputOptions { HasResultColour = isTerminal });
        Assert.Equal(expected, Assert.Single(lines));
    }

    [Theory]
    [InlineData("cairn sn", "snapshots")]
    [InlineData("cairn config ", "check paths schema show")]
    [InlineData("cairn find --kind f", "fifo file")]
    [InlineData("cairn find --lar", "--larger")]
    [InlineData("cairn -r x completion ", "bash fish zsh")]
    [InlineData("cairn backup ", "")]
    [InlineData("cairn", "")]
    public void What_may_follow_is_suggested(string line, string expected) =>
        Assert.Equal(expected, string.Join(' ', Suggestions.For(Root(), line)));

    [Fact]
    public void The_manual_page_describes_every_command_option_and_exit_code()
    {
        var page = ManualPage.Print(Root()).Replace("\\-", "-", StringComparison.Ordinal);
        foreach (var command in Root().Subcommands.Where(command => !command.Hidden))
        {
            Assert.Contains($".SS \"cairn {command.Name}", page, StringComparison.Ordinal);
            foreach (var option in command.Options.Where(option => !option.Hidden))
                Assert.Contains(option.Name, page, StringComparison.Ordinal);
        }
        foreach (var (code, meaning) in ExitCodes.Meanings)
            Assert.Contains($".B {code}\n{meaning}", page, StringComparison.Ordinal);
        // Nothing that a text says is taken for a macro.
        var known = new[] { ".TH ", ".SH ", ".SS ", ".PP", ".TP", ".B ", ".nf", ".fi", ".RS", ".RE" };
        Assert.All(
            page.Split('\n').Where(line => line is ['.' or '\'', ..]),
            line => Assert.Contains(known, macro => line.StartsWith(macro, StringComparison.Ordinal)));
    }

    static RootCommand Root() => CommandLine.Create(new GlobalOptions());

    static List<string> Print(Action<Output> print, OutputOptions? options = null)
    {
        using var stream = new MemoryStream();
        using (var output = new Output(stream, Stream.Null, options ?? new OutputOptions()))
            print(output);
        return [.. Encoding.UTF8.GetString(stream.ToArray()).TrimEnd('\n').Split('\n')];
    }
}
