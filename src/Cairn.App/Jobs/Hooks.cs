using System.ComponentModel;
using Cairn.App.Configuration;

namespace Cairn.App.Jobs;

/// <summary>How a job ended, as its hooks learn it.</summary>
enum JobEnd { Ok, Partial, Failed }

/// <summary>Runs the shell commands around a job. What they print goes to standard error.</summary>
sealed class Hooks(JobConfiguration job)
{
    const string ResultVariable = "CAIRN_RESULT";
    const string ErrorVariable = "CAIRN_ERROR";

    /// <exception cref="HookFailedException">One failed; those behind it did not run.</exception>
    public async Task RunBeforeAsync(CancellationToken cancellationToken)
    {
        foreach (var command in job.Before)
        {
            if (await RunAsync(JobKeys.Before, command, [], cancellationToken) is { } failure)
                throw new HookFailedException($"{failure}, so nothing is backed up");
        }
    }

    /// <summary>All of them, whatever the others do. What failed.</summary>
    public async Task<IReadOnlyList<string>> RunAfterAsync(JobEnd end, string? error)
    {
        var variables = new List<(string Name, string Value)> { (ResultVariable, NameOf(end)) };
        if (error is not null)
            variables.Add((ErrorVariable, error));
        var failures = new List<string>();
        foreach (var (hook, commands) in new[]
        {
            (JobKeys.OnFailure, end == JobEnd.Failed ? job.OnFailure : []), (JobKeys.After, job.After),
        })
        {
            foreach (var command in commands)
            {
                // They undo what others did: also where the run was interrupted.
                if (await RunAsync(hook, command, variables, CancellationToken.None) is { } failure)
                    failures.Add(failure);
            }
        }
        return failures;
    }

    async Task<string?> RunAsync(
        string hook, string command, List<(string Name, string Value)> variables, CancellationToken cancellationToken)
    {
        var start = JobProcess.ToStartInfo(job, "/bin/sh", "-c", "exec 1>&2\n" + command);
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        try
        {
            using var process = JobProcess.Start(start);
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(job.HookTimeout);
            try
            {
                await process.WaitForExitAsync(timeout.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return $"the hook \"{hook}\" was not done after {JobProcess.Show(job.HookTimeout)} and was ended: "
                    + command;
            }
            finally
            {
                JobProcess.Kill(process);
            }
            return process.ExitCode == 0
                ? null
                : $"the hook \"{hook}\" failed with status {process.ExitCode}: {command}";
        }
        catch (Win32Exception e)
        {
            return $"the hook \"{hook}\" cannot be run: {e.Message}";
        }
    }

    static string NameOf(JobEnd end) => end switch
    {
        JobEnd.Ok => "ok",
        JobEnd.Partial => "partial",
        _ => "failed",
    };
}

public sealed class HookFailedException(string message) : Exception(message);
