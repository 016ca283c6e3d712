namespace Cairn.Testing.Simulated.Stores;

public enum SimulatedFault
{
    None,
    /// <summary>503 SlowDown; nothing happened.</summary>
    Throttled,
    /// <summary>The connection breaks, before the request arrived or behind it (a lost response).</summary>
    Reset,
    /// <summary>No answer within <see cref="CallFate.Timeout"/>, whether the request arrived or not.</summary>
    TimedOut,
    /// <summary>
    /// A GET's body ends before its length. Other answers have none worth cutting: they are lost as in
    /// <see cref="Reset"/>.
    /// </summary>
    Truncated,
    /// <summary>409 ConditionalRequestConflict; nothing happened. Calls that are no PUT are cut off instead.</summary>
    Conflict,
    /// <summary>403 AccessDenied, as if a right were missing; nothing happened. Trying again does not help.</summary>
    Refused,
}

/// <summary>What becomes of one call.</summary>
/// <param name="Arrives">
/// For faults that leave it open: whether the bucket carried the request out. A torn PUT is such a fault: afterwards
/// all of the object is there or nothing of it.
/// </param>
/// <param name="Latency">Of the clock, not of the wall.</param>
public readonly record struct CallFate(SimulatedFault Fault, bool Arrives, TimeSpan Latency = default)
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    public static readonly CallFate Smooth = new(SimulatedFault.None, Arrives: true);

    public bool ReachesTheBucket =>
        Fault switch
        {
            SimulatedFault.None or SimulatedFault.Truncated => true,
            SimulatedFault.Reset or SimulatedFault.TimedOut => Arrives,
            _ => false,
        };

    public TimeSpan Duration => Fault == SimulatedFault.TimedOut ? Timeout : Latency;

    public override string ToString() =>
        Fault == SimulatedFault.None ? "goes well" : $"{Fault}, {(ReachesTheBucket ? "carried out" : "never arrives")}";
}
