using Cairn.App.Configuration;

namespace Cairn.App.Logging;

/// <summary>Where and how to log: options of the command line, and the configuration behind them.</summary>
public sealed record LogSettings
{
    public static IReadOnlyList<string> Names { get; } = ["error", "warning", "info", "debug"];

    /// <summary>Null: as configured.</summary>
    public string? File { get; init; }

    public string? Level { get; init; }

    /// <summary>False: as configured.</summary>
    public bool IsJson { get; init; }

    /// <summary>Null if it is none.</summary>
    public static LogLevel? TryParse(string text) =>
        Names.Contains(text) ? Enum.Parse<LogLevel>(text, ignoreCase: true) : null;

    /// <summary>Null if nothing is to be logged.</summary>
    /// <param name="warn">Told why a configured log cannot be written: the run goes on without it.</param>
    /// <exception cref="UsageException">The log that was asked for cannot be written.</exception>
    public LogFile? Open(AppEnvironment environment, Action<string> warn)
    {
        var configuration = TryReadConfiguration(environment);
        var level = Level is null ? configuration.LogLevel
            : TryParse(Level) ?? throw new UsageException(
                $"\"{Level}\" is no level of a log", $"levels are {string.Join(", ", Names)}");
        var isAsked = File is not null;
        if ((File ?? configuration.LogFile) is not { } path)
            return null;
        try
        {
            return LogFile.Open(
                new LogOptions(Path.GetFullPath(path), level, IsJson || configuration.IsLogJson), environment.Time);
        }
        catch (IOException e) when (isAsked)
        {
            throw new UsageException($"the log cannot be written: {e.Message}");
        }
        catch (IOException e)
        {
            warn($"going on without a log: {e.Message}");
            return null;
        }
    }

    // Whatever is wrong with it is the verb's to say.
    static CairnConfiguration TryReadConfiguration(AppEnvironment environment)
    {
        try
        {
            return ConfigurationReader.Read(environment.Paths, environment.Variable("HOME"));
        }
        catch (ConfigurationException)
        {
            return new CairnConfiguration();
        }
    }
}
