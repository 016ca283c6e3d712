using System.Text.Json;
using Cairn.App;
using Cairn.App.Logging;
using Cairn.Testing;
using Cairn.Testing.Time;

namespace Cairn.Tests.App;

public sealed class LogFileTests
{
    [Theory]
    [InlineData(LogLevel.Error, 1)]
    [InlineData(LogLevel.Warning, 2)]
    [InlineData(LogLevel.Info, 3)]
    [InlineData(LogLevel.Debug, 4)]
    public void A_level_has_those_before_it(LogLevel level, int lines)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "log");
        using (var log = LogFile.Open(new LogOptions(path, level, IsJson: false), new ManualTime()))
        {
            foreach (var each in Enum.GetValues<LogLevel>())
                log.Write(each, $"a message\nof {each}");
        }
        var written = File.ReadAllLines(path);
        Assert.Equal(lines, written.Length);
        Assert.EndsWith("a message of Error", written[0], StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public void Lines_in_JSON_can_be_parsed()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "log");
        using (var log = LogFile.Open(new LogOptions(path, LogLevel.Info, IsJson: true), new ManualTime()))
            log.Write(LogLevel.Warning, "\"ä\"\n");
        using var line = JsonDocument.Parse(Assert.Single(File.ReadAllLines(path)));
        Assert.Equal("warning", line.RootElement.GetProperty("level").GetString());
        Assert.Equal("\"ä\"\n", line.RootElement.GetProperty("message").GetString());
    }

    [Fact]
    public void Two_runs_that_log_at_once_do_not_overwrite_each_other()
    {
        using var folder = new TemporaryFolder();
        var options = new LogOptions(Path.Combine(folder.Path, "log"), LogLevel.Info, IsJson: false);
        using (var one = LogFile.Open(options, new ManualTime()))
        using (var other = LogFile.Open(options, new ManualTime()))
        {
            Parallel.For(0, 400, i => (i % 2 == 0 ? one : other).Write(LogLevel.Info, $"line {i} end"));
        }
        var lines = File.ReadAllLines(options.Path);
        Assert.Equal(400, lines.Length);
        Assert.Equal(
            Enumerable.Range(0, 400).Select(i => $"line {i} end").Order(StringComparer.Ordinal),
            lines.Select(line => line[line.IndexOf("line", StringComparison.Ordinal)..])
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_log_that_was_asked_for_must_be_writable_and_a_configured_one_need_not_be()
    {
        using var folder = new TemporaryFolder();
        var environment = TestEnvironment.In(folder.Path);
        var missing = Path.Combine(folder.Path, "nowhere/log");
        Assert.Throws<UsageException>(
            () => new LogSettings { File = missing }.Open(environment, _ => { }));
        Assert.Throws<UsageException>(
            () => new LogSettings { File = "x", Level = "loud" }.Open(environment, _ => { }));

        Directory.CreateDirectory(environment.Paths.ConfigurationFolder);
        File.WriteAllText(environment.Paths.ConfigurationFile, $"log-file: {missing}\n");
        var warnings = new List<string>();
        Assert.Null(new LogSettings().Open(environment, warnings.Add));
        Assert.StartsWith("going on without a log", Assert.Single(warnings), StringComparison.Ordinal);
    }
}
