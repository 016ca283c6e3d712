using System.Text;
using Cairn.Files.Selecting;
using Cairn.Storage;

namespace Cairn.App.Configuration;

/// <summary>What is wrong with values that are well-formed.</summary>
static class ConfigurationAdvice
{
    public static IEnumerable<string> Of(AppEnvironment environment, CairnConfiguration configuration)
    {
        var file = configuration.File;
        if (configuration.Repository is { } repository && LocationProblem(repository) is { } location)
            yield return $"{file}: repository: {location}";
        foreach (var pattern in configuration.Exclude)
        {
            if (PatternProblem(pattern) is { } wrong)
                yield return $"{file}: exclude: {wrong}";
        }
        if (configuration is { Jobs.Count: > 0, Paths.Count: > 0 })
            yield return $"{file}: paths and jobs exclude each other: make a job of the paths";
        foreach (var problem in configuration.Jobs.SelectMany(job => JobAdvice.Of(environment, job)))
            yield return $"{file}: jobs: {problem}";
        foreach (var tag in configuration.Tags.Where(tag => tag.Contains(',')))
            yield return $"{file}: tags: \"{tag}\" has a comma";
        if (configuration is { PassphraseFile: not null, PassphraseCommand: not null })
            yield return $"{file}: passphrase-file and passphrase-command exclude each other";
        if (configuration.PassphraseFile is { } secret)
        {
            if (!File.Exists(secret))
                yield return $"{file}: passphrase-file: there is no {secret}";
            else if (PrivateFile.IsOpenToOthers(secret))
                yield return $"{file}: passphrase-file: others can read {secret}: run chmod 600 on it";
        }
        foreach (var (name, path) in new[]
        {
            ("log-file", configuration.LogFile), ("metrics-file", configuration.MetricsFile),
        })
        {
            if (path is not null && !Directory.Exists(Path.GetDirectoryName(path)))
                yield return $"{file}: {name}: there is no folder {Path.GetDirectoryName(path)}";
        }
    }

    static string? LocationProblem(string location)
    {
        try
        {
            StoreLocation.Parse(location, "/");
            return null;
        }
        catch (StoreLocationException e)
        {
            return e.Message;
        }
    }

    internal static string? PatternProblem(string pattern)
    {
        try
        {
            _ = new Glob(Encoding.UTF8.GetBytes(pattern));
            return null;
        }
        catch (ArgumentException e)
        {
            return e.Message;
        }
    }
}
