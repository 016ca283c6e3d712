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
    const string Repository = "repository";
    const string PassphraseFile = "passphrase-file";
    const string PassphraseCommand = "passphrase-command";
    const string PathsToBackUp = "paths";
    const string Exclude = "exclude";
    const string Tags = "tags";
    const int FileSizeMax = 1 << 20;

    static readonly string[] Keys = [Repository, PassphraseFile, PassphraseCommand, PathsToBackUp, Exclude, Tags];

    public static CairnConfiguration Read(CairnPaths paths, string? home)
    {
        if (paths.FindConfigurationFile() is not { } file)
            return new CairnConfiguration();
        try
        {
            if (new FileInfo(file).Length > FileSizeMax)
                throw new ConfigurationException($"{file}: larger than {FileSizeMax} bytes");
            return Parse(System.IO.File.ReadAllText(file), file, home);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{file} cannot be read: {e.Message}", e);
        }
    }

    public static CairnConfiguration Parse(string text, string file, string? home)
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
            configuration = Apply(configuration, file, home, key, value);
        return configuration;
    }

    static CairnConfiguration Apply(CairnConfiguration configuration, string file, string? home, YamlNode key,
        YamlNode value)
    {
        var name = (key as YamlScalarNode)?.Value ?? throw At(file, key, "a key must be a word");
        return name switch
        {
            Repository => configuration with { Repository = ToLocation(Text(file, name, value), file, home) },
            PassphraseFile => configuration with { PassphraseFile = ToPath(Text(file, name, value), file, home) },
            PassphraseCommand => configuration with { PassphraseCommand = Text(file, name, value) },
            PathsToBackUp => configuration with
            {
                Paths = [.. List(file, name, value).Select(path => ToPath(path, file, home))],
            },
            Exclude => configuration with { Exclude = List(file, name, value) },
            Tags => configuration with { Tags = List(file, name, value) },
            _ => throw At(file, key, $"unknown key \"{name}\"" + (NearestName.Find(name, Keys) is { } nearest
                ? $", did you mean \"{nearest}\""
                : $", known are {string.Join(", ", Keys)}")),
        };
    }

    static string Text(string file, string name, YamlNode value) =>
        value is YamlScalarNode { Value: { Length: > 0 } text }
            ? text
            : throw At(file, value, $"\"{name}\" needs a text");

    static string[] List(string file, string name, YamlNode value) =>
        value is YamlSequenceNode list
            ? [.. list.Children.Select(item => Text(file, name, item))]
            : throw At(file, value, $"\"{name}\" needs a list: lines below it that begin with \"- \"");

    static string ToPath(string text, string file, string? home)
    {
        if (text.StartsWith("~/", StringComparison.Ordinal) && home is not null)
            return Path.Combine(home, text[2..]);
        return Path.GetFullPath(text, Path.GetDirectoryName(file)!);
    }

    static string ToLocation(string text, string file, string? home) =>
        text.Contains(':') ? text : ToPath(text, file, home);

    static ConfigurationException At(string file, YamlNode node, string what) =>
        new($"{file}, line {node.Start.Line}: {what}");

    // The library's message repeats the position in its own manner.
    static string Describe(YamlException e)
    {
        var message = e.Message;
        var end = message.StartsWith('(') ? message.IndexOf("): ", StringComparison.Ordinal) : -1;
        return $"this is no valid YAML: {(end < 0 ? message : message[(end + 3)..])}";
    }
}
