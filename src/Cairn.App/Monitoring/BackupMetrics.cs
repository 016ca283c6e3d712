using Cairn.App.Backup;

namespace Cairn.App.Monitoring;

/// <summary>The metrics of a backup, by name.</summary>
static class BackupMetrics
{
    const string LastRun = "cairn_backup_last_run_timestamp_seconds";
    const string LastSuccess = "cairn_backup_last_success_timestamp_seconds";
    const string Duration = "cairn_backup_duration_seconds";
    const string ExitCode = "cairn_backup_exit_code";
    const string Files = "cairn_backup_files";
    const string Bytes = "cairn_backup_bytes";
    const string FilesNew = "cairn_backup_files_new";
    const string FilesChanged = "cairn_backup_files_changed";
    const string BytesRead = "cairn_backup_read_bytes";
    const string BytesNew = "cairn_backup_new_bytes";
    const string BytesStored = "cairn_backup_stored_bytes";
    const string Problems = "cairn_backup_problems";

    public static IReadOnlyDictionary<string, string> Descriptions { get; } = new Dictionary<string, string>
    {
        [LastRun] = "When the last run ended.",
        [LastSuccess] = "When the last run ended that left nothing out.",
        [Duration] = "How long the last run took.",
        [ExitCode] = "Exit code of the last run: 0 is success, 3 means that something could not be read.",
        [Files] = "Files in the last snapshot.",
        [Bytes] = "Bytes of the files in the last snapshot.",
        [FilesNew] = "Files that the snapshot before had not.",
        [FilesChanged] = "Files that the snapshot before had otherwise.",
        [BytesRead] = "Bytes read from files.",
        [BytesNew] = "Bytes of new content before compression.",
        [BytesStored] = "Bytes stored in the repository.",
        [Problems] = "Files that could not be read, or not well.",
    };

    public static MetricsSample Of(RunOutcome outcome, DateTimeOffset now)
    {
        var time = now.ToUnixTimeMilliseconds() / 1000.0;
        var values = new Dictionary<string, double>
        {
            [LastRun] = time, [Duration] = Math.Round(outcome.Elapsed.TotalSeconds, 3), [ExitCode] = outcome.ExitCode,
        };
        if (outcome.ExitCode == 0)
            values[LastSuccess] = time;
        if (outcome.Backup is { } report)
            Add(values, report);
        return new MetricsSample(outcome.Source, values);
    }

    static void Add(Dictionary<string, double> values, BackupReport report)
    {
        var counts = report.Result.Statistics;
        values[Files] = counts.Files;
        values[Bytes] = counts.Bytes;
        values[FilesNew] = counts.FilesNew;
        values[FilesChanged] = counts.FilesChanged;
        values[BytesRead] = counts.BytesRead;
        values[BytesNew] = counts.BytesStoredPlain;
        values[BytesStored] = counts.BytesStored;
        values[Problems] = report.Result.ProblemCount;
    }
}
