namespace Cairn.Testing.Time;

/// <summary>A clock that stands still until it is moved; whoever waits is woken when it passes his time.</summary>
public sealed class ManualTime(DateTimeOffset? start = null) : TimeProvider
{
    static readonly DateTimeOffset DefaultStart = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    readonly Lock _lock = new();
    readonly List<Waiter> _waiters = [];
    DateTimeOffset _now = start ?? DefaultStart;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return _now;
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public void Advance(TimeSpan by)
    {
        List<Waiter> due;
        lock (_lock)
        {
            _now += by;
            due = [.. _waiters.Where(waiter => waiter.Due <= _now)];
            _waiters.RemoveAll(due.Contains);
        }
        foreach (var waiter in due)
            waiter.Callback();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var waiter = new Waiter(this, () => callback(state));
        waiter.Change(dueTime, period);
        return waiter;
    }

    sealed class Waiter(ManualTime time, Action callback) : ITimer
    {
        public DateTimeOffset Due { get; private set; }
        public Action Callback => callback;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                time._waiters.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;
                Due = time._now + dueTime;
                time._waiters.Add(this);
                return true;
            }
        }

        public void Dispose()
        {
            lock (time._lock)
                time._waiters.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
