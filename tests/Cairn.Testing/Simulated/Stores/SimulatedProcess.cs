using Cairn.Testing.Stores;

namespace Cairn.Testing.Simulated.Stores;

public enum CrashMoment
{
    /// <summary>The request is never sent.</summary>
    Before,
    /// <summary>It is carried out, and nobody is there to hear the answer.</summary>
    After,
}

/// <summary>The process of a caller is gone. No part of Cairn may catch it.</summary>
public sealed class SimulatedCrashException(string message) : Exception(message);

/// <summary>
/// The life of the process that makes the calls: counts them, dies at one of them, and may stand still while the
/// world goes on.
/// </summary>
sealed class SimulatedProcess(string caller)
{
    readonly Lock _lock = new();
    int _calls;
    (int Number, CrashMoment Moment)? _crashPoint;
    string? _death;
    TaskCompletionSource? _frozen;

    public int Calls
    {
        get
        {
            lock (_lock)
                return _calls;
        }
    }

    public bool IsDead
    {
        get
        {
            lock (_lock)
                return _death is not null;
        }
    }

    public void Die(string cause)
    {
        lock (_lock)
            _death ??= cause;
    }

    public void CrashAt(int number, CrashMoment moment)
    {
        lock (_lock)
            _crashPoint = (number, moment);
    }

    public SimulatedCall Enter(StoreMember member, string name)
    {
        lock (_lock)
        {
            ThrowIfDead();
            return new SimulatedCall(caller, ++_calls, member, name);
        }
    }

    /// <summary>
    /// Passed by each call right before and right after its request. A call that another one's crash overtook dies
    /// here too, so that nothing reaches the store after a crash.
    /// </summary>
    public void Pass(SimulatedCall call, CrashMoment moment)
    {
        lock (_lock)
        {
            if (_death is null && _crashPoint == (call.Number, moment))
                _death = $"the process crashed {moment.ToString().ToLowerInvariant()} the request of {call}";
            ThrowIfDead();
        }
    }

    public void Freeze()
    {
        lock (_lock)
            _frozen ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Unfreeze()
    {
        TaskCompletionSource? frozen;
        lock (_lock)
            (frozen, _frozen) = (_frozen, null);
        frozen?.SetResult();
    }

    public Task WhileFrozenAsync()
    {
        lock (_lock)
            return _frozen?.Task ?? Task.CompletedTask;
    }

    void ThrowIfDead()
    {
        if (_death is not null)
            throw new SimulatedCrashException(_death);
    }
}
