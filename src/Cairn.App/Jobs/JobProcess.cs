using System.ComponentModel;
using System.Diagnostics;
using Cairn.App.Configuration;
using Cairn.App.Secrets;

namespace Cairn.App.Jobs;

/// <summary>Starts and ends what a job runs.</summary>
static class JobProcess
{
    const string JobVariable = "CAIRN_JOB";

    /// <summary>Nothing on its standard input, its errors where ours go, and none of Cairn's secrets.</summary>
    public static ProcessStartInfo ToStartInfo(JobConfiguration job, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardInput = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment[JobVariable] = job.Name;
        ShellCommand.RemoveOwnSecrets(start);
        return start;
    }

    /// <exception cref="Win32Exception">It cannot be run.</exception>
    public static Process Start(ProcessStartInfo start)
    {
        var process = Process.Start(start) ?? throw new Win32Exception("it did not start");
        process.StandardInput.Close();
        return process;
    }

    /// <summary>With all that it started.</summary>
    public static void Kill(Process process)
    {
        try
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It ended by itself in this moment.
        }
    }

    public static string Show(TimeSpan time) => time.TotalSeconds < 120
        ? $"{time.TotalSeconds:0.###} s"
        : $"{time.TotalMinutes:0.#} min";
}
