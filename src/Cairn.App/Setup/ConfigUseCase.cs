using Cairn.App.Access;
using Cairn.App.Configuration;

namespace Cairn.App.Setup;

/// <param name="Origin">Where it comes from: an option, a variable, the configuration, or "default".</param>
public sealed record EffectiveSetting(string Name, IReadOnlyList<string> Values, string Origin);

public sealed record NamedPath(string Name, string Path);

/// <param name="File">Null: there is none, which is fine.</param>
public sealed record ConfigurationReport(string? File, IReadOnlyList<string> Problems);

/// <summary>What is in force here. Never says anything of a secret.</summary>
public static class ConfigUseCase
{
    const string Unset = "not set";

    public static IReadOnlyList<EffectiveSetting> Show(AppEnvironment environment, AccessOptions options)
    {
        var configuration = ConfigurationReader.Read(environment.Paths, environment.Variable("HOME"));
        var file = configuration.File ?? Unset;
        return
        [
            new("configuration", configuration.File is null ? [] : [configuration.File],
                configuration.File is null ? "none found" : "file"),
            Repository(environment, options, configuration, file),
            Passphrase(environment, options, configuration, file),
            FromFile("paths", configuration.Paths, file),
            FromFile("jobs", [.. configuration.Jobs.Select(job => job.Name)], file),
            FromFile("identity-file", configuration.IdentityFile is { } identities ? [identities] : [], file),
            FromFile("openpgp", configuration.UsesOpenPgp ? ["true"] : [], file),
            FromFile("trust", configuration.Trust?.Hosts ?? [], file),
            FromFile("exclude", configuration.Exclude, file),
            FromFile("tags", configuration.Tags, file),
            FromFile("log-file", configuration.LogFile is { } log ? [log] : [], file),
            FromFile("metrics-file", configuration.MetricsFile is { } metrics ? [metrics] : [], file),
            FromFile("ping", configuration.Ping is { } ping ? [$"{ping.Host} (the rest may be a secret)"] : [], file),
            Host(environment),
        ];
    }

    /// <summary>Whether the configuration can be used. Looks at what it names, and opens nothing.</summary>
    /// <param name="file">Null: the one in force.</param>
    public static ConfigurationReport Check(AppEnvironment environment, string? file)
    {
        var path = file is null ? environment.Paths.FindConfigurationFile() : Path.GetFullPath(file);
        if (path is null)
            return new ConfigurationReport(File: null, []);
        var (configuration, problems) = ConfigurationReader.Check(path, environment.Variable("HOME"));
        return new ConfigurationReport(path, [.. problems, .. ConfigurationAdvice.Of(environment, configuration)]);
    }

    public static IReadOnlyList<NamedPath> Paths(AppEnvironment environment)
    {
        var paths = environment.Paths;
        return
        [
            new("configuration", paths.FindConfigurationFile() ?? paths.ConfigurationFile),
            new("credentials", CairnPaths.CredentialFolder(paths.ConfigurationFolder)),
            new("state", paths.StateFolder),
            new("cache", paths.CacheFolder),
        ];
    }

    // A repository knows a machine by the name that it was enrolled with.
    static EffectiveSetting Host(AppEnvironment environment)
    {
        var names = new CredentialStore(environment.Paths, environment.Events).ReadHostNames();
        return names.Count == 0
            ? new("host", [environment.HostName], "this machine")
            : new("host", names, "as enrolled");
    }

    static EffectiveSetting Repository(
        AppEnvironment environment, AccessOptions options, CairnConfiguration configuration, string file)
    {
        if (options.Repository is { } given)
            return new("repository", [given], "option -r");
        if (environment.Variable(RepositoryAccess.RepositoryVariable) is { Length: > 0 } variable)
            return new("repository", [variable], RepositoryAccess.RepositoryVariable);
        return configuration.Repository is { } configured
            ? new("repository", [configured], file)
            : new("repository", [], Unset);
    }

    static EffectiveSetting Passphrase(
        AppEnvironment environment, AccessOptions options, CairnConfiguration configuration, string file)
    {
        if (environment.Variable(Secrets.SecretSources.PassphraseVariable) is { Length: > 0 })
            return new("passphrase", ["(from the environment)"], Secrets.SecretSources.PassphraseVariable);
        if (options.Passphrase.File is { } given)
            return new("passphrase", [$"file {given}"], "option --passphrase-file");
        if (options.Passphrase.Descriptor is { } descriptor)
            return new("passphrase", [$"descriptor {descriptor}"], "option --passphrase-fd");
        if (options.Passphrase.Command is not null)
            return new("passphrase", ["printed by a command"], "option --passphrase-command");
        if (configuration.PassphraseFile is { } configured)
            return new("passphrase", [$"file {configured}"], file);
        return configuration.PassphraseCommand is not null
            ? new("passphrase", ["printed by a command"], file)
            : new("passphrase", ["asked for on the terminal"], "default");
    }

    static EffectiveSetting FromFile(string name, IReadOnlyList<string> values, string file) =>
        new(name, values, values.Count == 0 ? "default" : file);
}
