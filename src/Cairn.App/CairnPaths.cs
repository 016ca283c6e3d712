using System.Text;
using Cairn.Engine.Primitives;

namespace Cairn.App;

/// <summary>
/// Where Cairn keeps what on this machine, after the XDG base directory specification.
/// <list type="bullet">
/// <item><b>Configuration</b> (the user's folder, else <c>/etc/cairn</c>): <c>config.yaml</c>, and credentials by
/// repository id. The only things worth keeping.</item>
/// <item><b>State</b>: one folder by repository id with the previous manifest, the chain's state and, since the engine
/// takes one folder for a repository, its index segments too. Losing it costs time only.</item>
/// <item><b>Cache</b>: private state of a run that found the state in use, removed when the run ends. A later version
/// may move the index here; nothing that a backup relies on may.</item>
/// </list>
/// </summary>
public sealed record CairnPaths(string ConfigurationFolder, string StateFolder, string CacheFolder, string DataFolder)
{
    public const string SystemConfigurationFolder = "/etc/cairn";
    const string ConfigurationName = "config.yaml";

    /// <summary>Where configuration and credentials are looked for, in this order; the first is where they are
    /// written.</summary>
    public IReadOnlyList<string> ConfigurationFolders =>
        ConfigurationFolder == SystemConfigurationFolder
            ? [SystemConfigurationFolder]
            : [ConfigurationFolder, SystemConfigurationFolder];

    public string ConfigurationFile => Path.Combine(ConfigurationFolder, ConfigurationName);

    /// <summary>The first that is there.</summary>
    public string? FindConfigurationFile() => ConfigurationFolders
        .Select(folder => Path.Combine(folder, ConfigurationName))
        .FirstOrDefault(File.Exists);

    public static string CredentialFolder(string configurationFolder) =>
        Path.Combine(configurationFolder, "credentials");

    public static string CredentialFile(string configurationFolder, RepositoryId repository) =>
        Path.Combine(CredentialFolder(configurationFolder), $"{repository}.json");

    public static string MaintainerFile(string configurationFolder, RepositoryId repository) =>
        Path.Combine(CredentialFolder(configurationFolder), $"{repository}.maintainer.json");

    /// <summary>The secret halves of a request that this machine made.</summary>
    public static string RequestFile(string configurationFolder, SignerId host) =>
        Path.Combine(CredentialFolder(configurationFolder), "requests", $"{host}.json");

    public string StateOf(RepositoryId repository) => Path.Combine(StateFolder, repository.ToString());

    /// <summary>Beside the state folder, in which every name is the engine's.</summary>
    public string StateLockOf(RepositoryId repository) => Path.Combine(StateFolder, $"{repository}.lock");

    public string CacheOf(RepositoryId repository) => Path.Combine(CacheFolder, repository.ToString());

    /// <summary>Without a home (a bare service), the system's folders are used.</summary>
    public static CairnPaths FromVariables(Func<string, string?> variable)
    {
        // The specification says that relative values are to be ignored.
        string? Absolute(string name) => variable(name) is { Length: > 0 } value && value[0] == '/' ? value : null;
        string Below(string name, string belowHome, string otherwise)
        {
            if (Absolute(name) is { } xdg)
                return Path.Combine(xdg, "cairn");
            return Absolute("HOME") is { } home ? Path.Combine(home, belowHome, "cairn") : otherwise;
        }
        return new CairnPaths(
            Below("XDG_CONFIG_HOME", ".config", SystemConfigurationFolder),
            Below("XDG_STATE_HOME", ".local/state", "/var/lib/cairn"),
            Below("XDG_CACHE_HOME", ".cache", "/var/cache/cairn"),
            Below("XDG_DATA_HOME", ".local/share", "/var/lib/cairn/data"));
    }

    internal IEnumerable<(string What, byte[] Path)> OwnFolders() =>
    [
        ("Cairn's state", Encoding.UTF8.GetBytes(StateFolder)),
        ("Cairn's cache", Encoding.UTF8.GetBytes(CacheFolder)),
    ];
}
