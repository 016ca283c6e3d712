using Cairn.App;
using Cairn.App.Configuration;

namespace Cairn.Tests.App;

public class ConfigurationTests
{
    const string File = "/etc/cairn/config.yaml";

    static CairnConfiguration Parse(string text) => ConfigurationReader.Parse(text, File, "/home/me");

    [Fact]
    public void All_keys_are_read()
    {
        var configuration = Parse(
            "repository: /srv/backup\npassphrase-file: ~/secret\npassphrase-command: pass show x\n"
            + "paths: [/home, ~/x]\nexclude:\n  - '*.o'\n  - /proc\ntags: [daily, home]\n");

        Assert.Equal("/srv/backup", configuration.Repository);
        Assert.Equal("/home/me/secret", configuration.PassphraseFile);
        Assert.Equal("pass show x", configuration.PassphraseCommand);
        Assert.Equal(["/home", "/home/me/x"], configuration.Paths);
        Assert.Equal(["*.o", "/proc"], configuration.Exclude);
        Assert.Equal(["daily", "home"], configuration.Tags);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment\n")]
    public void An_empty_file_configures_nothing(string text) => Assert.Null(Parse(text).Repository);

    [Fact]
    public void A_relative_path_belongs_to_the_file_and_a_URL_stays() =>
        Assert.Equal(
            ["/etc/cairn/store", "s3://bucket/x"],
            [Parse("repository: store").Repository!, Parse("repository: s3://bucket/x").Repository!]);

    [Theory]
    [InlineData("a: 1\n", "line 1: unknown key \"a\", known are repository")]
    [InlineData("repository: x\nexlcude: [a]\n", "line 2: unknown key \"exlcude\", did you mean \"exclude\"")]
    [InlineData("\n\ntag: [a]\n", "line 3: unknown key \"tag\", did you mean \"tags\"")]
    [InlineData("exclude: '*.o'\n", "line 1: \"exclude\" needs a list")]
    [InlineData("repository:\n", "line 1: \"repository\" needs a text")]
    [InlineData("- a\n", "line 1: expected lines")]
    [InlineData("repository: 'x\ntags: []\n", "this is no valid YAML")]
    [InlineData("repository: x\nrepository: y\n", "line 2: this is no valid YAML")]
    [InlineData("tags: [a]\n---\ntags: [b]\n", "line 3: only one document")]
    public void What_is_not_understood_is_an_error_with_file_and_line(string text, string expected)
    {
        var error = Assert.Throws<ConfigurationException>(() => Parse(text));

        Assert.StartsWith($"{File}, line ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_follow_the_XDG_variables_and_relative_values_are_ignored()
    {
        var variables = new Dictionary<string, string>
        {
            ["HOME"] = "/home/me", ["XDG_CONFIG_HOME"] = "/c", ["XDG_CACHE_HOME"] = "relative",
        };
        var paths = CairnPaths.FromVariables(variables.GetValueOrDefault);

        Assert.Equal("/c/cairn", paths.ConfigurationFolder);
        Assert.Equal("/home/me/.cache/cairn", paths.CacheFolder);
        Assert.Equal("/home/me/.local/state/cairn", paths.StateFolder);
    }

    [Fact]
    public void Without_a_home_the_systems_folders_are_used() =>
        Assert.Equal("/etc/cairn", CairnPaths.FromVariables(_ => null).ConfigurationFolder);
}
