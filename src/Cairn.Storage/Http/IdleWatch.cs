namespace Cairn.Storage.Http;

/// <summary>
/// Ends a request in which nothing moves any more: a dead connection may otherwise hang for ever. It looks at bytes,
/// not at the whole request, so a slow line may take as long as it takes.
/// </summary>
sealed class IdleWatch : IDisposable
{
    readonly TimeSpan _idleMax;
    readonly CancellationTokenSource _idle;
    readonly CancellationTokenSource _linked;
    readonly CancellationToken _caller;

    public IdleWatch(TimeSpan idleMax, TimeProvider time, CancellationToken caller)
    {
        _idleMax = idleMax;
        _caller = caller;
        _idle = new CancellationTokenSource(idleMax, time);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(_idle.Token, caller);
    }

    public CancellationToken Token => _linked.Token;

    /// <summary>Something moved.</summary>
    public void Touch() => _idle.CancelAfter(_idleMax);

    /// <summary>Whether it was the watch, and not the caller, that ended the request.</summary>
    public bool IsIdle => _idle.IsCancellationRequested && !_caller.IsCancellationRequested;

    public IOException ToException(Exception cause) =>
        new($"nothing was sent or received for {_idleMax.TotalSeconds:0} s", cause);

    public void Dispose()
    {
        _linked.Dispose();
        _idle.Dispose();
    }
}
