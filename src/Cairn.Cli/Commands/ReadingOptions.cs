using System.CommandLine;
using Cairn.App.Backup;
using Cairn.App.Jobs;

namespace Cairn.Cli.Commands;

/// <summary>Which files a backup reads again, and how.</summary>
sealed class ReadingOptions
{
    const int LockWaitMax = 86_400;

    readonly Option<bool> _readAll = new("--read-all", "--force")
    {
        Description = "Read files that look unchanged too",
    };

    readonly Option<bool> _ignoreChangeTime = new("--ignore-ctime")
    {
        Description = "Do not read files again because of their change time (where something touches all files)",
    };

    readonly Option<bool> _ignoreInode = new("--ignore-inode")
    {
        Description = "Nor because of inode and device number (network and snapshot file systems)",
    };

    readonly Option<int?> _lockWait = new("--lock-wait")
    {
        Description = "Take an advisory lock on each file read, waiting so long for others', then read without",
        HelpName = "SECONDS",
    };

    public ReadingOptions() => _lockWait.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int?>() is < 0 or > LockWaitMax)
            result.AddError($"--lock-wait takes seconds, from 0 to {LockWaitMax}");
    });

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _readAll, _ignoreChangeTime, _ignoreInode, _lockWait })
            command.Add(option);
    }

    public BackupRequest Read(ParseResult parsed, BackupRequest request) => request with
    {
        ReadsAll = parsed.GetValue(_readAll), IgnoresChangeTime = parsed.GetValue(_ignoreChangeTime),
        IgnoresInode = parsed.GetValue(_ignoreInode), LockWait = LockWait(parsed),
    };

    public JobsRequest Read(ParseResult parsed, JobsRequest request) => request with
    {
        ReadsAll = parsed.GetValue(_readAll), IgnoresChangeTime = parsed.GetValue(_ignoreChangeTime),
        IgnoresInode = parsed.GetValue(_ignoreInode), LockWait = LockWait(parsed),
    };

    TimeSpan? LockWait(ParseResult parsed) =>
        parsed.GetValue(_lockWait) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
}
