using System.ComponentModel;
using System.Diagnostics;
using Cairn.App.Secrets;
using Cairn.App.Text;
using Cairn.Engine.Operations;
using Cairn.Engine.Operations.Dump;

namespace Cairn.App.Reading;

/// <summary>
/// Pipes a stream through the command that its snapshotter gave for restoring. Whoever could write to the repository
/// may have written that command, so it never runs before somebody has seen it and agreed.
/// </summary>
public static class DumpThroughUseCase
{
    /// <param name="agrees">Gets the command as it can be shown, and says whether it may run.</param>
    /// <exception cref="RefusedException">Nobody agreed.</exception>
    /// <exception cref="ThroughFailedException">The command failed.</exception>
    public static async Task RunAsync(
        AppEnvironment environment, DumpRequest request, Func<string, bool> agrees, CancellationToken cancellationToken)
    {
        await using var open = await OpenSnapshots.OpenAsync(environment, request.Access, cancellationToken);
        var snapshot = await open.FindAsync(request.Snapshot, request.Host, environment.Events, cancellationToken);
        var found = await SnapshotPath.FindAsync(open.Session, snapshot, request.Snapshot.Path, cancellationToken);
        if (found.Entry is not { RestoreThrough: { Length: > 0 } command })
            throw new UsageException(
                $"{ByteText.Show(found.Path)} of snapshot {snapshot.ShortId} has no command to pipe it through",
                "leave --through out, and pipe the content yourself");
        if (!agrees(ByteText.Show(ByteText.ToBytes(command))))
            throw new RefusedException("the command was not run", "without --through the content is only written");

        using var process = Start(command);
        var monitor = new DumpMonitor();
        environment.Events.Start($"piping {ByteText.Show(found.Path)} of snapshot {snapshot.ShortId}", monitor);
        var options = new DumpOptions { Path = request.Snapshot.Path, Workers = environment.Workers };
        try
        {
            await DumpOperation.RunAsync(
                open.Session, snapshot, process.StandardInput.BaseStream, options, monitor, cancellationToken);
        }
        catch (IOException)
        {
            // It does not read on: its status tells why, and if that is 0 it has seen too little.
            await process.WaitForExitAsync(cancellationToken);
            throw new ThroughFailedException(process.ExitCode == 0
                ? "the command did not read to the end"
                : $"the command failed with status {process.ExitCode}");
        }
        catch
        {
            // Before its input is closed, which it would take for the end of the content.
            process.Kill(entireProcessTree: true);
            throw;
        }
        process.StandardInput.Close();
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new ThroughFailedException($"the command failed with status {process.ExitCode}");
    }

    static Process Start(string command)
    {
        try
        {
            var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, UseShellExecute = false };
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add(command);
            ShellCommand.RemoveOwnSecrets(start);
            return Process.Start(start) ?? throw new ThroughFailedException("the command did not start");
        }
        catch (Win32Exception e)
        {
            throw new ThroughFailedException($"the command cannot be run: {e.Message}");
        }
    }
}

/// <summary>What was restored through a command is not whole.</summary>
public sealed class ThroughFailedException(string message) : Exception(message);
