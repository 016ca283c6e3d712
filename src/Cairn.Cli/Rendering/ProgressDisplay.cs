using Cairn.Engine.Operations;

namespace Cairn.Cli.Rendering;

/// <summary>Polls a running operation twice a second: a line on a terminal, events in JSON, nothing in a
/// pipe.</summary>
sealed class ProgressDisplay(Output output, TimeProvider time) : IAsyncDisposable
{
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    readonly CancellationTokenSource _stop = new();
    Task _loop = Task.CompletedTask;
    volatile IProgressSource? _source;
    bool _isStopped;

    bool IsShown => output.ShowsProgress;

    public void Start(IProgressSource source)
    {
        // A verb may run several operations, one after the other.
        _source = source;
        if (IsShown && _loop.IsCompleted && !_isStopped)
            _loop = RunAsync();
    }

    /// <summary>Before the summary is printed, so that nothing follows it.</summary>
    public async Task StopAsync()
    {
        if (_isStopped)
            return;
        _isStopped = true;
        await _stop.CancelAsync();
        await _loop;
        if (!output.IsJson && IsShown)
            output.Status("");
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    async Task RunAsync()
    {
        var start = time.GetTimestamp();
        var shown = _source;
        var estimate = new ProgressEstimate();
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                var elapsed = time.GetElapsedTime(start);
                if (_source is not { } source || output.HasSummed)
                    continue;
                if (source != shown)
                    (shown, start, elapsed, estimate) = (source, time.GetTimestamp(), default, new ProgressEstimate());
                var sample = source.Sample();
                estimate.Add(elapsed, sample);
                if (output.IsJson)
                    WriteEvent(sample, elapsed, estimate);
                else
                    output.Status(Cut(ProgressLine.Format(sample, elapsed, estimate)));
            }
        }
        catch (OperationCanceledException)
        {
            // Asked to stop.
        }
        catch (OutputClosedException)
        {
            // The operation goes on; what it prints itself will meet the same.
        }
    }

    void WriteEvent(ProgressSample sample, TimeSpan elapsed, ProgressEstimate estimate) =>
        output.Event("progress", writer =>
    {
        writer.WriteString("phase", sample.Phase);
        writer.WriteNumber("files", sample.Files);
        if (sample.FilesTotal is { } files)
            writer.WriteNumber("filesTotal", files);
        writer.WriteNumber("bytes", sample.Bytes);
        if (sample.BytesTotal is { } bytes)
            writer.WriteNumber("bytesTotal", bytes);
        writer.WriteNumber("storedBytes", sample.StoredBytes);
        writer.WriteNumber("seconds", Math.Round(elapsed.TotalSeconds, 1));
        writer.WriteNumber("bytesPerSecond", (long)estimate.BytesPerSecond);
        if (estimate.Left is { } left)
            writer.WriteNumber("secondsLeft", (long)left.TotalSeconds);
    });

    static string Cut(string line)
    {
        try
        {
            var width = Console.WindowWidth;
            return width > 1 && line.Length >= width ? line[..(width - 1)] : line;
        }
        catch (IOException)
        {
            return line;
        }
    }
}
