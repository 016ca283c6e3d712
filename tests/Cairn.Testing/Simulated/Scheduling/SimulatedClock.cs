namespace Cairn.Testing.Simulated.Scheduling;

/// <summary>
/// The time of a simulated world. It stands still while anything can run, and then jumps to the next timer: so a month
/// takes as long as what happens in it.
/// </summary>
public sealed class SimulatedClock : TimeProvider
{
    static readonly DateTimeOffset Start = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    readonly SortedSet<(long Due, long Number)> _due = [];
    readonly Dictionary<long, SimulatedTimer> _timers = [];
    long _ticks, _numbers;

    public TimeSpan Elapsed => TimeSpan.FromTicks(_ticks);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Start + Elapsed;

    public override long GetTimestamp() => _ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(this, ++_numbers, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves on to the next timer and lets it go off; false if there is none.</summary>
    internal bool TryGoOn()
    {
        if (_due.Count == 0)
            return false;
        var next = _due.Min;
        _ticks = Math.Max(_ticks, next.Due);
        var timer = _timers[next.Number];
        Forget(timer);
        timer.GoOff();
        return true;
    }

    void Remember(SimulatedTimer timer, TimeSpan dueTime)
    {
        Forget(timer);
        if (dueTime == Timeout.InfiniteTimeSpan)
            return;
        timer.Due = _ticks + dueTime.Ticks;
        _due.Add((timer.Due, timer.Number));
        _timers.Add(timer.Number, timer);
    }

    void Forget(SimulatedTimer timer)
    {
        if (_timers.Remove(timer.Number))
            _due.Remove((timer.Due, timer.Number));
    }

    sealed class SimulatedTimer(SimulatedClock clock, long number, Action callback) : ITimer
    {
        TimeSpan _period = Timeout.InfiniteTimeSpan;

        public long Number => number;
        public long Due { get; set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _period = period;
            clock.Remember(this, dueTime);
            return true;
        }

        public void GoOff()
        {
            if (_period != Timeout.InfiniteTimeSpan && _period != TimeSpan.Zero)
                clock.Remember(this, _period);
            callback();
        }

        public void Dispose() => clock.Forget(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
