namespace Cairn.Testing.Simulated.Scheduling;

/// <summary>
/// The clock of one machine of a simulated world: it may be wrong, and jump. While the machine stands still none of
/// its timers goes off; those that were due do when it goes on.
/// </summary>
public sealed class MachineClock(SimulatedClock world) : TimeProvider
{
    readonly List<Action> _overdue = [];

    public TimeSpan Offset { get; set; }
    public bool IsFrozen { get; private set; }

    public override long TimestampFrequency => world.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => world.GetUtcNow() + Offset;

    public override long GetTimestamp() => world.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        world.CreateTimer(_ => Ring(() => callback(state)), state: null, dueTime, period);

    public void Freeze() => IsFrozen = true;

    public void Unfreeze()
    {
        IsFrozen = false;
        List<Action> overdue = [.. _overdue];
        _overdue.Clear();
        foreach (var callback in overdue)
            callback();
    }

    void Ring(Action callback)
    {
        if (IsFrozen)
            _overdue.Add(callback);
        else
            callback();
    }
}
