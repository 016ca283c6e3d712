using System.Text.Json;
using Cairn.App;
using Cairn.App.Configuration;
using Cairn.App.Logging;
using Cairn.App.Setup;
using Cairn.Testing;

namespace Cairn.Tests.App;

public sealed class ConfigurationCheckTests
{
    [Fact]
    public void All_mistakes_are_told_at_once_with_their_lines()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "config.yaml");
        File.WriteAllText(
            file,
            "repositroy: /x\nlog-level: loud\nping: example.org\nlog-json: yes\nexclude: ['[a']\ntags: ['a,b']\n"
            + "passphrase-file: nowhere\nmetrics-file: nowhere/x.prom\nrepository: ftp://x/y\n");

        var report = ConfigUseCase.Check(TestEnvironment.In(folder.Path), file);

        Assert.Equal(9, report.Problems.Count);
        Assert.Contains($"{file}, line 1: unknown key \"repositroy\", did you mean \"repository\"", report.Problems);
        Assert.Contains($"{file}, line 2: \"log-level\" is one of error, warning, info, debug", report.Problems);
        Assert.Contains(report.Problems, problem => problem.StartsWith($"{file}, line 3: \"ping\" needs an address"));
        Assert.Contains($"{file}, line 4: \"log-json\" is true or false", report.Problems);
        Assert.Contains(report.Problems, problem => problem.Contains("exclude: The pattern \"[a\""));
        Assert.Contains(report.Problems, problem => problem.Contains("metrics-file: there is no folder"));
    }

    [Fact]
    public void A_good_configuration_has_no_mistakes()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "config.yaml");
        File.WriteAllText(
            file,
            "repository: store\nexclude: ['*.o']\ntags: [a]\nlog-file: log\nlog-level: debug\nlog-json: true\n"
            + "metrics-file: cairn.prom\nping: https://hc.example.org/abc?x=1\n");

        Assert.Empty(ConfigUseCase.Check(TestEnvironment.In(folder.Path), file).Problems);
        var configuration = ConfigurationReader.Check(file, home: null).Configuration;
        Assert.Equal(
            (Path.Combine(folder.Path, "log"), LogLevel.Debug, true, "hc.example.org"),
            (configuration.LogFile, configuration.LogLevel, configuration.IsLogJson, configuration.Ping?.Host));
    }

    [Fact]
    public void The_schema_has_every_key_that_is_read_and_no_other()
    {
        using var schema = JsonDocument.Parse(ConfigurationSchema.Print());
        AssertKeys(schema.RootElement, ConfigurationSchema.Descriptions, "");
        AssertKeys(
            schema.RootElement.GetProperty("properties").GetProperty("jobs").GetProperty("additionalProperties"),
            ConfigurationSchema.JobDescriptions, "jobs:\n  a:\n    paths: [/]\n    ");
    }

    static void AssertKeys(
        JsonElement schema, IEnumerable<(string Name, string Description)> expected, string above)
    {
        var properties = schema.GetProperty("properties");
        Assert.False(schema.GetProperty("additionalProperties").GetBoolean());
        foreach (var property in properties.EnumerateObject())
        {
            // It does not throw: the reader knows the key, and takes all that the schema allows.
            var before = above.Replace("    paths: [/]\n", property.Name == "paths" ? "" : "    paths: [/]\n");
            foreach (var value in ExamplesOf(property.Value))
                ConfigurationReader.Parse($"{before}{property.Name}: {value}\n", "/f", home: null);
        }
        Assert.Equal(
            expected.Select(item => item.Name), properties.EnumerateObject().Select(property => property.Name));
    }

    static IEnumerable<string> ExamplesOf(JsonElement schema)
    {
        if (schema.TryGetProperty("enum", out var choices))
            return choices.EnumerateArray().Select(choice => choice.GetString()!);
        var type = schema.GetProperty("type");
        return (type.ValueKind == JsonValueKind.Array ? [.. type.EnumerateArray()] : new[] { type })
            .Select(single => single.GetString() switch
            {
                "array" when schema.TryGetProperty("items", out var items)
                    && items.TryGetProperty("pattern", out var form) =>
                    form.GetString()!.Contains("none", StringComparison.Ordinal) ? "['*.a=none', a=19]"
                        : "[exclude-caches, exclude a b]",
                "array" => "[a]",
                "boolean" => "true",
                "object" => "{a: {paths: [/x]}}",
                _ => schema.TryGetProperty("pattern", out var pattern)
                    ? pattern.GetString()!.Contains("http", StringComparison.Ordinal) ? "https://x" : "1h30m"
                    : "a",
            });
    }
}

/// <summary>Surroundings of a use-case in a folder of its own.</summary>
static class TestEnvironment
{
    public static AppEnvironment In(string folder) => new()
    {
        Paths = new CairnPaths(
            Path.Combine(folder, "config"), Path.Combine(folder, "state"), Path.Combine(folder, "cache"),
            Path.Combine(folder, "data")),
        Variable = _ => null, WorkingFolder = System.Text.Encoding.UTF8.GetBytes(folder), HostName = "here",
        UserName = "me", Program = "tests",
    };
}
