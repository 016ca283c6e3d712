using System.Text;
using Cairn.App.Access;
using Cairn.App.Backup;
using Cairn.App.Configuration;
using Cairn.App.Hosts;
using Cairn.App.Selecting;
using Cairn.App.Text;

namespace Cairn.App.Jobs;

public sealed record JobsRequest
{
    public required AccessOptions Access { get; init; }

    /// <summary>Which; empty for all of the configuration.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>On top of those of the jobs.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    public TrustSetting? Trust { get; init; }
    public bool ReadsAll { get; init; }
    public bool IgnoresChangeTime { get; init; }
    public bool IgnoresInode { get; init; }

    /// <summary>Null: as the jobs say.</summary>
    public TimeSpan? LockWait { get; init; }

    /// <summary>Stores nothing, and runs no hooks.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>Records what is there now, however much less it is than before.</summary>
    public bool IsRebaseline { get; init; }

    public bool CountsAhead { get; init; }
}

/// <summary>How one job went.</summary>
/// <param name="Report">Null if it failed.</param>
/// <param name="Failure">Null if it did not.</param>
/// <param name="HookFailures">Of hooks that ran when it was over.</param>
public sealed record JobOutcome(
    string Job, string Source, BackupReport? Report, Exception? Failure, IReadOnlyList<string> HookFailures,
    TimeSpan Elapsed);

/// <summary>Backs up the configured jobs, one after the other: one that fails does not keep the next from
/// running.</summary>
public static class JobsUseCase
{
    /// <summary>Whether a backup that names nothing means the jobs.</summary>
    /// <exception cref="UsageException">It could mean something else too.</exception>
    public static bool AreMeant(AppEnvironment environment)
    {
        var configuration = Read(environment);
        if (configuration is { Jobs.Count: > 0, Paths.Count: > 0 })
            throw new UsageException(
                $"{configuration.File} has both paths and jobs, so it is not clear what is meant",
                "make a job of the paths, or name one with --job NAME");
        return configuration.Jobs.Count > 0;
    }

    /// <param name="done">Called after each job.</param>
    public static async Task RunAsync(
        AppEnvironment environment, JobsRequest request, Func<JobOutcome, Task> done,
        CancellationToken cancellationToken)
    {
        foreach (var job in Choose(Read(environment), request.Names))
        {
            var outcome = await new JobRun(environment, request, job).RunAsync(cancellationToken);
            await done(outcome);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    internal static BackupRequest ToBackup(JobsRequest request, JobConfiguration job) => new()
    {
        Access = request.Access, Job = job, Name = job.Source, Paths = ToBytes(job.Paths),
        Selection = RulesOf(job), Tags = [.. job.Tags.Concat(request.Tags)], Trust = request.Trust,
        Treatment = job.Treatment, OneFileSystem = job.OneFileSystem, LockWait = request.LockWait ?? job.LockWait,
        IgnoresChangeTime = job.IgnoresChangeTime || request.IgnoresChangeTime,
        IgnoresInode = job.IgnoresInode || request.IgnoresInode,
        ReadsAll = request.ReadsAll, IsDryRun = request.IsDryRun,
        IsRebaseline = request.IsRebaseline, CountsAhead = request.CountsAhead,
    };

    internal static SelectionRequest RulesOf(JobConfiguration job) => new()
    {
        LikeDuplicity = job.LikeDuplicity,
        Rules =
        [
            .. job.Rules,
            .. job.Exclude.Select(pattern => new RuleText(RuleText.Exclude, Encoding.UTF8.GetBytes(pattern))
            {
                Origin = $"job {job.Name}",
            }),
        ],
    };

    static CairnConfiguration Read(AppEnvironment environment) =>
        ConfigurationReader.Read(environment.Paths, environment.Variable("HOME"));

    internal static JobConfiguration Find(CairnConfiguration configuration, string name) =>
        Choose(configuration, [name])[0];

    static IReadOnlyList<JobConfiguration> Choose(CairnConfiguration configuration, IReadOnlyList<string> names)
    {
        if (names.Count == 0)
            return configuration.Jobs;
        var known = configuration.Jobs.Select(job => job.Name).ToList();
        if (known.Count == 0)
            throw new UsageException("there are no jobs in the configuration", "see: cairn config paths");
        return [.. names.Distinct().Select(name => configuration.Jobs.FirstOrDefault(job => job.Name == name)
            ?? throw new UsageException(
                $"there is no job \"{name}\"",
                NearestName.Find(name, known) is { } nearest
                    ? $"did you mean \"{nearest}\"?"
                    : $"there are: {string.Join(", ", known)}"))];
    }

    internal static ReadOnlyMemory<byte>[] ToBytes(IReadOnlyList<string> texts) =>
        [.. texts.Select(text => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(text))];
}
