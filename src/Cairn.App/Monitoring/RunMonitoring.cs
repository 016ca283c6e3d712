using Cairn.App.Backup;
using Cairn.App.Configuration;

namespace Cairn.App.Monitoring;

/// <summary>How a run ended.</summary>
/// <param name="Source">What was backed up, as the request names it.</param>
/// <param name="Backup">Null if it failed.</param>
public sealed record RunOutcome(string Source, int ExitCode, TimeSpan Elapsed, BackupReport? Backup);

/// <summary>
/// Tells the outside how a backup goes, as configured: a ping when it starts and when it ends, and a file with metrics.
/// Whatever of that fails is a warning, and never fails the backup.
/// </summary>
public sealed class RunMonitoring : IDisposable
{
    readonly AppEnvironment _environment;
    readonly CairnConfiguration _configuration;
    readonly Action<string> _warn;
    readonly HealthPing? _ping;
    readonly long _start;

    RunMonitoring(AppEnvironment environment, CairnConfiguration configuration, Action<string> warn)
    {
        _environment = environment;
        _configuration = configuration;
        _warn = warn;
        _start = environment.Time.GetTimestamp();
        _ping = configuration.Ping is { } address ? new HealthPing(address, HealthPing.DefaultPatience) : null;
    }

    /// <exception cref="ConfigurationException">The configuration cannot be understood.</exception>
    public static async Task<RunMonitoring> StartAsync(AppEnvironment environment, Action<string> warn)
    {
        var configuration = ConfigurationReader.Read(environment.Paths, environment.Variable("HOME"));
        var monitoring = new RunMonitoring(environment, configuration, warn);
        if (monitoring._ping is { } ping)
            monitoring.Report(await ping.StartAsync());
        return monitoring;
    }

    public async Task FinishAsync(string source, int exitCode, BackupReport? backup)
    {
        await RecordAsync(new RunOutcome(source, exitCode, _environment.Time.GetElapsedTime(_start), backup));
        await FinishAsync(exitCode);
    }

    /// <summary>The end of a run whose parts were recorded each.</summary>
    public async Task FinishAsync(int exitCode)
    {
        // Something that is missing from every snapshot must not look like success.
        if (_ping is not null)
            Report(exitCode == 0 ? await _ping.SucceedAsync() : await _ping.FailAsync());
    }

    public void Dispose() => _ping?.Dispose();

    /// <summary>Writes the metrics of one source.</summary>
    public async Task RecordAsync(RunOutcome outcome)
    {
        if (_configuration.MetricsFile is not { } path)
            return;
        try
        {
            await new MetricsFile(path).WriteAsync(
                BackupMetrics.Of(outcome, _environment.Time.GetUtcNow()), _environment.Time);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _warn($"the metrics could not be written: {e.Message}");
        }
    }

    void Report(string? failure)
    {
        if (failure is not null)
            _warn($"the ping was not delivered: {failure}");
    }
}
