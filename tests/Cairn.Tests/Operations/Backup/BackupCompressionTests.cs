using System.Text;
using Cairn.Engine.Operations.Backup;
using Cairn.Files.Selecting;
using Cairn.Testing.Trees;

namespace Cairn.Tests.Operations.Backup;

public sealed class BackupCompressionTests
{
    [Fact]
    public async Task Patterns_decide_how_files_are_compressed_and_nothing_about_what_is_stored()
    {
        await using var world = await BackupWorld.CreateAsync();
        var text = Text(7919);
        world.Source.File("a/small.raw", text[..900]);
        world.Source.File("a/large.raw", text);
        world.Wait();
        var plain = await world.BackupAsync(options: With("*.raw=none"));
        Assert.InRange(plain.Statistics.BytesStored, text.Length, text.Length * 2);

        // The same content under a name that is compressed: nothing new is stored for it.
        world.Source.File("a/large.txt", text);
        world.Source.File("a/large.raw", text);
        world.Wait();
        var again = await world.BackupAsync(options: With("*.txt=19", "*.raw=none") with { ReadsAll = true });
        Assert.InRange(again.Statistics.BytesStoredPlain, 0, 10_000);
        await world.AssertRestoresAsync(again.Snapshot, world.Capture());

        var other = Text(104_729);
        world.Source.File("b.txt", other);
        world.Source.File("b.small", other[..900]);
        world.Wait();
        var packed = await world.BackupAsync(options: With("*.txt=19"));
        Assert.InRange(packed.Statistics.BytesStored, 1, other.Length / 2);
        await world.AssertRestoresAsync(packed.Snapshot, world.Capture());
    }

    [Fact]
    public async Task A_stream_goes_by_its_name()
    {
        var sizes = new List<long>();
        foreach (var rule in (string[])["dump.sql=none", "*.sql=9"])
        {
            await using var world = await BackupWorld.CreateAsync();
            var result = await world.BackupAsync(
                input: new BackupInput { Streams = [new TestStream("dump.sql", new byte[400_000])] },
                options: With(rule));
            sizes.Add(result.Statistics.BytesStored);
        }
        Assert.True(sizes[0] > 4 * sizes[1], string.Join(", ", sizes));
    }

    [Theory]
    [InlineData("*.a=b=none", "/x/y.a=b", 0)]
    [InlineData("*.a=7", "/x/y.a", 7)]
    [InlineData("/x=19", "/x/y", 19)]
    [InlineData("/x=1", "/y", null)]
    [InlineData("x/=4", "/a/x/b", 4)]
    [InlineData("ignorecase:*.MP4=none", "/v.mp4", 0)]
    public void The_pattern_ends_at_the_last_equals_sign(string rule, string path, int? level) =>
        Assert.Equal(level, RulesOf(rule).LevelOf(Encoding.UTF8.GetBytes(path)));

    [Theory]
    [InlineData("*.a")]
    [InlineData("=3")]
    [InlineData("*.a=")]
    [InlineData("*.a=0")]
    [InlineData("*.a=20")]
    [InlineData("*.a=3x")]
    [InlineData("*.a= 3")]
    [InlineData("[=3")]
    public void What_is_no_rule_is_an_error(string rule) =>
        Assert.Throws<ArgumentException>(() => RulesOf(rule));

    [Fact]
    public void The_first_that_matches_decides()
    {
        var rules = RulesOf("*.log=12", "/var=none");
        Assert.Equal(12, rules.LevelOf("/var/x.log"u8));
        Assert.Equal(0, rules.LevelOf("/var/x"u8));
    }

    static byte[] Text(int step) => Encoding.ASCII.GetBytes(
        string.Concat(Enumerable.Range(0, 60_000).Select(i => $"line {i * step}\n")));

    static BackupOptions With(params string[] rules) => BackupWorld.Options with { Compression = RulesOf(rules) };

    static CompressionRules RulesOf(params string[] rules) =>
        new(rules.Select(rule => CompressionRule.Parse(Encoding.UTF8.GetBytes(rule))));
}
