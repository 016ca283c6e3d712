using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Cairn.Engine.Storage;

namespace Cairn.Storage.Rclone;

/// <summary>
/// A running <c>rclone rcd</c>: it listens on a port of loopback that the kernel chose, for whoever has a password that
/// was made for it and given to it in its environment. It ends with us, however we end.
/// </summary>
sealed class RcloneProcess : IAsyncDisposable
{
    // A shell waits for our end of the pipe to close, which also kill -9 does, and then ends rclone. In a session of
    // its own, so that a Ctrl-C on the terminal leaves rclone to us.
    const string Guard = "\"$@\" </dev/null & child=$!; exec >/dev/null 2>&1; cat; kill \"$child\"; wait \"$child\"";
    const string Announcement = "Serving remote control on ";
    const int SecretBytes = 24;
    const int LinesKept = 5;

    static readonly string[] Command = ["rclone", "rcd", "--rc-addr", "127.0.0.1:0", "--rc-serve"];
    static readonly TimeSpan StartMax = TimeSpan.FromSeconds(60);
    static readonly TimeSpan EndMax = TimeSpan.FromSeconds(10);

    readonly Process _process;
    readonly Queue<string> _said = [];
    readonly TaskCompletionSource<Uri?> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Task _listening;

    RcloneProcess(Process process, string authorization)
    {
        _process = process;
        Authorization = authorization;
        _listening = ListenAsync();
    }

    /// <summary>Of every request: the parameter of Basic.</summary>
    public string Authorization { get; }

    public Uri Address { get; private set; } = null!;

    /// <summary>Only rclone holds the other end of its standard error.</summary>
    public bool HasEnded => _listening.IsCompleted;

    /// <exception cref="StoreException">It is not installed, or did not start.</exception>
    public static async Task<RcloneProcess> StartAsync(StoreOptions options, CancellationToken cancellationToken)
    {
        var (user, password) = (NewSecret(), NewSecret());
        var authorization = Convert.ToBase64String(Encoding.ASCII.GetBytes($"{user}:{password}"));
        var start = new ProcessStartInfo("setsid")
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8, UseShellExecute = false,
        };
        foreach (var argument in (string[])["sh", "-c", Guard, "sh", .. Command])
            start.ArgumentList.Add(argument);
        RcloneEnvironment.Prepare(start, options, user, password);
        var running = new RcloneProcess(Launch(start), authorization);
        try
        {
            running.Address = await running._address.Task.WaitAsync(StartMax, options.Time, cancellationToken)
                ?? throw running.NotStarted("it ended at once");
            return running;
        }
        catch (Exception e)
        {
            await running.DisposeAsync();
            if (e is TimeoutException)
                throw running.NotStarted($"it said nothing for {StartMax.TotalSeconds:0} s");
            throw;
        }
    }

    /// <summary>Ends it, and waits until it has.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The guard is gone already.
        }
        using var patience = new CancellationTokenSource(EndMax);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }
        await _listening;
        _process.Dispose();
    }

    static Process Launch(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new StoreException(
                StoreErrorKind.Refused,
                $"rclone cannot be started, because setsid (package util-linux) cannot: {e.Message}");
        }
    }

    async Task ListenAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            if (line.IndexOf(Announcement, StringComparison.Ordinal) is >= 0 and var start
                && Uri.TryCreate(line[(start + Announcement.Length)..].Trim(), UriKind.Absolute, out var address))
                _address.TrySetResult(address);
            lock (_said)
            {
                _said.Enqueue(line);
                if (_said.Count > LinesKept)
                    _said.Dequeue();
            }
        }
        _address.TrySetResult(null);
    }

    StoreException NotStarted(string what)
    {
        string said;
        lock (_said)
            said = string.Join(" / ", _said);
        return said.Contains("not found", StringComparison.Ordinal)
            ? new StoreException(
                StoreErrorKind.Refused,
                "the program rclone, which rclone: repositories need, is not installed. Install the package rclone: "
                + "apt-get install rclone")
            : new StoreException(StoreErrorKind.Refused, $"rclone did not start: {what} ({said})");
    }

    static string NewSecret() => RandomNumberGenerator.GetHexString(2 * SecretBytes, lowercase: true);
}
