namespace Cairn.Testing.Time;

/// <summary>
/// A clock that jumps: whoever waits is woken at once, with the clock moved on by what he wanted to wait. Remembers
/// every wait.
/// </summary>
public sealed class EagerTime(DateTimeOffset? start = null) : TimeProvider
{
    static readonly DateTimeOffset DefaultStart = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    readonly Lock _lock = new();
    readonly List<TimeSpan> _waits = [];
    DateTimeOffset _now = start ?? DefaultStart;

    /// <summary>Called on each wait, before it ends.</summary>
    public Action<TimeSpan>? OnWait { get; set; }

    public IReadOnlyList<TimeSpan> Waits
    {
        get
        {
            lock (_lock)
                return [.. _waits];
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return _now;
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public void Advance(TimeSpan by)
    {
        lock (_lock)
            _now += by;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            lock (_lock)
                _waits.Add(dueTime);
            Advance(dueTime);
            OnWait?.Invoke(dueTime);
            callback(state);
        }
        return new SpentTimer();
    }

    sealed class SpentTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;
        public void Dispose() { }
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
