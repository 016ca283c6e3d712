using System.ComponentModel;
using System.Diagnostics;
using Cairn.App.Secrets;
using Cairn.Engine.Operations.Backup;

namespace Cairn.App.Backup;

/// <summary>
/// Standard input, or what a program prints. A program that is not done when this is disposed is ended: nobody reads
/// what it would print.
/// </summary>
sealed class ProgramStream : IStreamSource, IDisposable
{
    readonly Stream _input;
    readonly Process? _process;
    readonly string? _command;

    ProgramStream(string name, Stream input, Process? process, string? command)
    {
        Name = name;
        _input = input;
        _process = process;
        _command = command;
    }

    public string Name { get; }

    public static ProgramStream From(string name, Stream input) => new(name, input, process: null, command: null);

    public static ProgramStream Start(string name, string command)
    {
        try
        {
            var process = Process.Start(ShellCommand.ToStartInfo(command))
                ?? throw new StreamFailedException("the command did not start");
            return new ProgramStream(name, process.StandardOutput.BaseStream, process, command);
        }
        catch (Win32Exception e)
        {
            throw new StreamFailedException($"the command cannot be run: {e.Message}");
        }
    }

    public int Read(Span<byte> destination) => _input.Read(destination);

    public void RequireSuccess()
    {
        if (_process is null)
            return;
        _process.WaitForExit();
        if (_process.ExitCode != 0)
            throw new StreamFailedException(
                $"the command failed with status {_process.ExitCode}, so nothing is recorded: {_command}");
    }

    public void Dispose()
    {
        if (_process is null)
            return;
        try
        {
            if (!_process.HasExited)
                _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself in this moment.
        }
        _process.Dispose();
    }
}
