using Cairn.App.Backup;
using Cairn.App.Jobs;
using Cairn.App.Monitoring;

namespace Cairn.Cli;

/// <summary>Tells those who watch from outside how a backup goes, whatever way it ends.</summary>
sealed class BackupWatch
{
    readonly RunMonitoring _monitoring;
    readonly string? _source;
    BackupReport? _report;

    BackupWatch(RunMonitoring monitoring, string? source)
    {
        _monitoring = monitoring;
        _source = source;
    }

    /// <summary>Null for a dry run, which is nobody's business.</summary>
    public static async Task<BackupWatch?> StartAsync(CommandContext context, BackupRequest request)
    {
        if (request.IsDryRun)
            return null;
        var source = BackupUseCase.SourceOf(context.Environment, request);
        return new BackupWatch(
            await RunMonitoring.StartAsync(context.Environment, context.Output.Warning), source);
    }

    /// <summary>Of several jobs: they are recorded one by one, and the run as a whole is called good or bad.</summary>
    public static async Task<BackupWatch?> StartAsync(CommandContext context, JobsRequest request) =>
        request.IsDryRun
            ? null
            : new BackupWatch(
                await RunMonitoring.StartAsync(context.Environment, context.Output.Warning), source: null);

    public void Done(BackupReport report) => _report = report;

    public Task RecordAsync(JobOutcome outcome, int exitCode) =>
        _monitoring.RecordAsync(new RunOutcome(outcome.Source, exitCode, outcome.Elapsed, outcome.Report));

    public async Task FinishAsync(int exitCode)
    {
        using (_monitoring)
            await (_source is null ? _monitoring.FinishAsync(exitCode)
                : _monitoring.FinishAsync(_source, exitCode, _report));
    }
}
