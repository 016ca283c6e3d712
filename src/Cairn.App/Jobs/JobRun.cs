using Cairn.App.Backup;
using Cairn.App.Configuration;
using Cairn.Engine.Operations.Backup;

namespace Cairn.App.Jobs;

/// <summary>One job from its first hook to its last.</summary>
sealed class JobRun(AppEnvironment environment, JobsRequest request, JobConfiguration job)
{
    readonly Hooks _hooks = new(job);

    /// <summary>Whatever went wrong is in the outcome.</summary>
    public async Task<JobOutcome> RunAsync(CancellationToken cancellationToken)
    {
        var start = environment.Time.GetTimestamp();
        var backup = JobsUseCase.ToBackup(request, job);
        BackupReport? report = null;
        Exception? failure = null;
        try
        {
            if (!request.IsDryRun)
                await _hooks.RunBeforeAsync(cancellationToken);
            report = await BackupUseCase.RunAsync(environment, backup, cancellationToken);
        }
        catch (Exception e) when (e is not InsufficientExecutionStackException)
        {
            failure = e;
        }
        IReadOnlyList<string> hookFailures = request.IsDryRun
            ? []
            : await _hooks.RunAfterAsync(EndOf(report?.Result), failure?.Message);
        return new JobOutcome(
            job.Name, report?.Source ?? BackupUseCase.SourceOf(environment, backup), report, failure, hookFailures,
            environment.Time.GetElapsedTime(start));
    }

    static JobEnd EndOf(BackupResult? result) => result switch
    {
        null => JobEnd.Failed,
        { IsPartial: true } => JobEnd.Partial,
        _ => JobEnd.Ok,
    };
}
