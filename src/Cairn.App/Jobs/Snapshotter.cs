using System.ComponentModel;
using System.Diagnostics;
using System.IO.Pipes;
using System.Text;
using Cairn.App.Configuration;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Operations.Backup;

namespace Cairn.App.Jobs;

/// <summary>
/// The stream that a program writes to the descriptor whose number it gets as its argument, always 3, for many a shell
/// takes no number of two digits; named after the program. It is started by the first read, runs as long as the
/// stream is read, and is left out of the snapshot if it fails.
/// </summary>
sealed class Snapshotter : IStreamSource, IDisposable
{
    // The content comes out of the shell's standard output, which no other process inherits by accident.
    const string Script = "exec \"$0\" 3 3>&1 >\"/dev/fd/$1\"";
    const int PrintedMax = 256 << 10;

    // Some child of the program may keep its output open: what came until then is all.
    static readonly TimeSpan PrintedPatience = TimeSpan.FromSeconds(5);
    static readonly Lock StartLock = new();

    readonly JobConfiguration _job;
    readonly string _program;
    readonly CancellationToken _cancellation;
    readonly CancellationTokenSource _timeout;
    readonly MemoryStream _printed = new();
    Process? _process;
    Task _printing = Task.CompletedTask;
    SnapshotterOutput _output = new("", "");
    long _length;

    public Snapshotter(JobConfiguration job, string program, CancellationToken cancellationToken)
    {
        _job = job;
        _program = program;
        _cancellation = cancellationToken;
        _timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    public string Name => Path.GetFileName(_program);
    public bool IsRequired => false;
    public string Description => _output.Description;
    public string RestoreThrough => _output.RestoreThrough;

    public int Read(Span<byte> destination)
    {
        _process ??= Start();
        var read = _process.StandardOutput.BaseStream.Read(destination);
        _length += read;
        return read;
    }

    public void RequireSuccess()
    {
        var process = _process ??= Start();
        process.WaitForExit();
        _cancellation.ThrowIfCancellationRequested();
        if (_timeout.IsCancellationRequested)
            throw Failed($"was not done after {JobProcess.Show(_job.SnapshotterTimeout!.Value)} and was ended");
        if (process.ExitCode != 0)
            throw Failed($"failed with status {process.ExitCode}");
        if (_length == 0)
            throw Failed("wrote nothing to the descriptor it was given");
        _printing.Wait(PrintedPatience, CancellationToken.None);
        lock (_printed)
            _output = SnapshotterOutput.Parse(_printed.ToArray());
        if (Encoding.UTF8.GetByteCount(RestoreThrough) > ManifestLimits.RestoreThroughBytes)
            throw Failed($"gave a command of more than {ManifestLimits.RestoreThroughBytes} bytes");
    }

    public void Dispose()
    {
        if (_process is not null)
        {
            JobProcess.Kill(_process);
            _process.Dispose();
        }
        _timeout.Dispose();
    }

    Process Start()
    {
        if (ExecutableFinder.ProblemOf(_program) is { } problem)
            throw Failed($"cannot be run: {problem}");
        try
        {
            // No two at once: each would inherit the other's end of the pipe.
            lock (StartLock)
            {
                var pipe = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.Inheritable);
                var start = JobProcess.ToStartInfo(
                    _job, "/bin/sh", "-c", Script, _program, pipe.GetClientHandleAsString());
                start.RedirectStandardOutput = true;
                var process = JobProcess.Start(start);
                pipe.DisposeLocalCopyOfClientHandle();
                _printing = Task.Factory.StartNew(
                    () => Keep(pipe), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
                if (_job.SnapshotterTimeout is { } timeout)
                    _timeout.CancelAfter(timeout);
                _timeout.Token.Register(() => JobProcess.Kill(process));
                return process;
            }
        }
        catch (Win32Exception e)
        {
            throw Failed($"cannot be run: {e.Message}");
        }
    }

    void Keep(AnonymousPipeServerStream pipe)
    {
        using var _ = pipe;
        var buffer = new byte[4096];
        while (pipe.Read(buffer) is > 0 and var read)
        {
            lock (_printed)
                _printed.Write(buffer.AsSpan(0, Math.Min(read, PrintedMax - (int)_printed.Length)));
        }
    }

    StreamFailedException Failed(string what) => new($"the snapshotter {_program} {what}, so its stream is not stored");
}
