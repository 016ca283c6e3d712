namespace Cairn.Engine.Operations.Restore;

/// <summary>
/// Has one batch carried out while the next is planned. They never overlap: so a hard link finds the name it is made
/// from, though that was in an earlier batch. The first are small, so that workers start at once. One thread plans.
/// </summary>
sealed class BatchPipeline(
    BatchRunner runner, PendingDirectories directories, RestoreLimits limits, bool isDryRun) : IAsyncDisposable
{
    const int Growth = 4;

    readonly CancellationTokenSource _stop = new();
    Task _running = Task.CompletedTask;
    RestoreBatch? _batchRunning;
    ReadOnlyMemory<byte> _nextBlock;
    int _filesMax = limits.FirstFiles;

    /// <summary>The one being planned.</summary>
    public RestoreBatch Planned { get; private set; } = new(limits.FirstFiles, limits);

    /// <summary>Hands over what is planned.</summary>
    /// <param name="nextBlock">Where the plan goes on: directories whose subtree lies before it are done.</param>
    public async Task SubmitAsync(ReadOnlyMemory<byte> nextBlock, CancellationToken cancellationToken)
    {
        var passed = _nextBlock;
        var wasRunning = await WaitAsync();
        _nextBlock = nextBlock;
        _filesMax = Math.Min(_filesMax * Growth, limits.Files);
        Start(cancellationToken);
        Planned = new RestoreBatch(_filesMax, limits);
        if (wasRunning && !isDryRun)
            directories.FinishBefore(passed);
    }

    /// <summary>Carries out what is planned up to the middle of a file, which stays open as number 0.</summary>
    public async Task RunMidFileAsync(PendingFile file, CancellationToken cancellationToken)
    {
        if (await WaitAsync() && !isDryRun)
            directories.FinishBefore(_nextBlock);
        // Directories wait: the file is still to be completed in one of them.
        await runner.RunAsync(Planned, cancellationToken);
        Planned.Clear(file);
    }

    /// <summary>Carries out the rest; afterwards every directory is finished.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        var wasRunning = await WaitAsync();
        Start(cancellationToken);
        if (wasRunning && !isDryRun)
            directories.FinishBefore(_nextBlock);
        await WaitAsync();
        if (!isDryRun)
            directories.FinishBefore(block: null);
    }

    /// <summary>Stops what is running; files that are not whole are removed.</summary>
    public async ValueTask DisposeAsync()
    {
        _stop.Cancel();
        await _running.ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        foreach (var file in Planned.Files)
            file.Abandon();
        _stop.Dispose();
    }

    // What workers write lies at the next block or behind, so directories that were passed are finished meanwhile.
    void Start(CancellationToken cancellationToken)
    {
        _batchRunning = Planned;
        _running = RunAsync(Planned, cancellationToken);
    }

    async Task RunAsync(RestoreBatch batch, CancellationToken cancellationToken)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, cancellationToken);
        await runner.RunAsync(batch, both.Token);
    }

    /// <summary>Until what is running is over; false if nothing was.</summary>
    async Task<bool> WaitAsync()
    {
        await _running;
        var wasRunning = _batchRunning is not null;
        _batchRunning = null;
        return wasRunning;
    }
}
