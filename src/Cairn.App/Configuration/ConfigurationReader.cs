using Cairn.App.Hosts;
using Cairn.App.Retention;
using Cairn.App.Logging;
using Cairn.App.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Cairn.App.Configuration;

/// <summary>
/// Reads the configuration strictly: what it does not know is an error with file and line, for a mistyped
/// <c>exclude:</c> must not go unnoticed until the restore.
/// </summary>
static class ConfigurationReader
{
    const int FileSizeMax = 1 << 20;

    public static CairnConfiguration Read(CairnPaths paths, string? home)
    {
        return paths.FindConfigurationFile() is { } file
            ? Parse(ReadText(file), file, home)
            : new CairnConfiguration();
    }

    /// <summary>The first thing that is not understood ends it.</summary>
    public static CairnConfiguration Parse(string text, string file, string? home) =>
        Parse(text, file, home, problem => throw problem);

    /// <summary>Everything that is not understood, and what the rest says.</summary>
    public static (CairnConfiguration Configuration, IReadOnlyList<string> Problems) Check(string file, string? home)
    {
        var problems = new List<string>();
        try
        {
            return (Parse(ReadText(file), file, home, problem => problems.Add(problem.Message)), problems);
        }
        catch (ConfigurationException e)
        {
            problems.Add(e.Message);
            return (new CairnConfiguration { File = file }, problems);
        }
    }

    static string ReadText(string file)
    {
        try
        {
            return new FileInfo(file).Length <= FileSizeMax
                ? System.IO.File.ReadAllText(file)
                : throw new ConfigurationException($"{file}: larger than {FileSizeMax} bytes");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{file} cannot be read: {FileTrouble.Describe(e)}", e);
        }
    }

    static CairnConfiguration Parse(
        string text, string file, string? home, Action<ConfigurationException> report)
    {
        var yaml = new YamlStream();
        try
        {
            yaml.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            throw new ConfigurationException($"{file}, line {e.Start.Line}: {Describe(e)}", e);
        }
        // The library's own scanner stumbles over some bytes that are no text.
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw new ConfigurationException($"{file}: this is no valid YAML", e);
        }
        if (yaml.Documents.Count > 1)
            throw At(file, yaml.Documents[1].RootNode, "only one document is allowed");
        var configuration = new CairnConfiguration { File = file };
        if (yaml.Documents.Count == 0 || yaml.Documents[0].RootNode is YamlScalarNode { Value: null or "" })
            return configuration;
        if (yaml.Documents[0].RootNode is not YamlMappingNode root)
            throw At(file, yaml.Documents[0].RootNode, "expected lines of the form \"key: value\"");
        foreach (var (key, value) in root.Children)
        {
            try
            {
                configuration = Apply(configuration, file, home, key, value, report);
            }
            catch (ConfigurationException e)
            {
                report(e);
            }
        }
        return configuration;
    }

    static CairnConfiguration Apply(
        CairnConfiguration configuration, string file, string? home, YamlNode key, YamlNode value,
        Action<ConfigurationException> report)
    {
        var name = (key as YamlScalarNode)?.Value ?? throw At(file, key, "a key must be a word");
        return name switch
        {
            ConfigurationKeys.Repository =>
                configuration with { Repository = ToLocation(Text(file, name, value), file, home) },
            ConfigurationKeys.PassphraseFile =>
                configuration with { PassphraseFile = ToPath(Text(file, name, value), file, home) },
            ConfigurationKeys.PassphraseCommand => configuration with { PassphraseCommand = Text(file, name, value) },
            ConfigurationKeys.Paths => configuration with
            {
                Paths = [.. List(file, name, value).Select(path => ToPath(path, file, home))],
            },
            ConfigurationKeys.IdentityFile =>
                configuration with { IdentityFile = ToPath(Text(file, name, value), file, home) },
            ConfigurationKeys.OpenPgp => configuration with { UsesOpenPgp = Switch(file, name, value) },
            ConfigurationKeys.Trust => configuration with
            {
                Trust = value is YamlSequenceNode
                    ? new TrustSetting(List(file, name, value)) : TrustSetting.Parse(Text(file, name, value)),
            },
            ConfigurationKeys.Exclude => configuration with { Exclude = List(file, name, value) },
            ConfigurationKeys.Tags => configuration with { Tags = List(file, name, value) },
            ConfigurationKeys.LogFile => configuration with { LogFile = ToPath(Text(file, name, value), file, home) },
            ConfigurationKeys.LogLevel => configuration with { LogLevel = Level(file, name, value) },
            ConfigurationKeys.LogJson => configuration with { IsLogJson = Switch(file, name, value) },
            ConfigurationKeys.Prices => configuration with
            {
                Prices = Text(file, name, value) is var prices && prices == PriceSource.None
                    ? prices : ToPath(prices, file, home),
            },
            ConfigurationKeys.MetricsFile =>
                configuration with { MetricsFile = ToPath(Text(file, name, value), file, home) },
            ConfigurationKeys.Ping => configuration with { Ping = Address(file, name, value) },
            ConfigurationKeys.Jobs => configuration with { Jobs = JobReader.Read(file, home, value, report) },
            _ => throw Unknown(file, key, name, ConfigurationKeys.Names),
        };
    }

    internal static ConfigurationException Unknown(string file, YamlNode key, string name, IEnumerable<string> known) =>
        At(file, key, $"unknown key \"{name}\""
            + (NearestName.Find(name, known) is { } nearest
                ? $", did you mean \"{nearest}\""
                : $", known are {string.Join(", ", known)}"));

    internal static bool Switch(string file, string name, YamlNode value) => Text(file, name, value) switch
    {
        "true" => true,
        "false" => false,
        _ => throw At(file, value, $"\"{name}\" is true or false"),
    };

    static LogLevel Level(string file, string name, YamlNode value) => LogSettings.TryParse(Text(file, name, value))
        ?? throw At(file, value, $"\"{name}\" is one of {string.Join(", ", LogSettings.Names)}");

    static Uri Address(string file, string name, YamlNode value) =>
        Uri.TryCreate(Text(file, name, value), UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp)
            ? address
            : throw At(file, value, $"\"{name}\" needs an address that begins with https:// or http://");

    internal static string Text(string file, string name, YamlNode value) =>
        value is YamlScalarNode { Value: { Length: > 0 } text }
            ? text
            : throw At(file, value, $"\"{name}\" needs a text");

    internal static string[] List(string file, string name, YamlNode value) =>
        value is YamlSequenceNode list
            ? [.. list.Children.Select(item => Text(file, name, item))]
            : throw At(file, value, $"\"{name}\" needs a list: lines below it that begin with \"- \"");

    internal static string ToPath(string text, string file, string? home)
    {
        if (text.StartsWith("~/", StringComparison.Ordinal) && home is not null)
            return Path.Combine(home, text[2..]);
        return Path.GetFullPath(text, Path.GetDirectoryName(file)!);
    }

    static string ToLocation(string text, string file, string? home) =>
        text.Contains(':') ? text : ToPath(text, file, home);

    internal static ConfigurationException At(string file, YamlNode node, string what) =>
        new($"{file}, line {node.Start.Line}: {what}");

    // The library's message repeats the position in its own manner.
    static string Describe(YamlException e)
    {
        var message = e.Message;
        var end = message.StartsWith('(') ? message.IndexOf("): ", StringComparison.Ordinal) : -1;
        return $"this is no valid YAML: {(end < 0 ? message : message[(end + 3)..])}";
    }
}
