namespace Cairn.Storage.Http;

/// <summary>
/// The server's clock, from the Date of its answers: locks are dated by it, never by a machine's own clock, which may
/// be wrong without anybody noticing. Any thread.
/// </summary>
sealed class ServerClock(TimeProvider time)
{
    long _offsetTicks;
    volatile bool _isKnown;

    /// <summary>
    /// How much the server is ahead of this machine, to about a second; null before its first answer.
    /// </summary>
    public TimeSpan? Offset => _isKnown ? new TimeSpan(Interlocked.Read(ref _offsetTicks)) : null;

    /// <summary>Null before the server's first answer.</summary>
    public DateTimeOffset? Now => Offset is { } offset ? time.GetUtcNow() + offset : null;

    public void Observe(DateTimeOffset serverTime)
    {
        Interlocked.Exchange(ref _offsetTicks, (serverTime - time.GetUtcNow()).Ticks);
        _isKnown = true;
    }
}
