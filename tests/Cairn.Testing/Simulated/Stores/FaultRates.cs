namespace Cairn.Testing.Simulated.Stores;

/// <summary>How often what goes wrong, as shares of all calls, and how long a call takes.</summary>
public sealed record FaultRates
{
    public static readonly FaultRates None = new();

    /// <summary>Some weather: one call in fifty fails.</summary>
    public static readonly FaultRates Mild = new()
    {
        Throttled = 0.008, Reset = 0.005, TimedOut = 0.003, Truncated = 0.003, Conflict = 0.001,
        LatencyMin = TimeSpan.FromMilliseconds(10), LatencyMax = TimeSpan.FromMilliseconds(250),
    };

    /// <summary>A bad day: one call in three fails.</summary>
    public static readonly FaultRates Wild = new()
    {
        Throttled = 0.09, Reset = 0.1, TimedOut = 0.05, Truncated = 0.05, Conflict = 0.04,
        LatencyMin = TimeSpan.FromMilliseconds(10), LatencyMax = TimeSpan.FromSeconds(5),
    };

    public double Throttled { get; init; }
    public double Reset { get; init; }
    public double TimedOut { get; init; }
    public double Truncated { get; init; }
    public double Conflict { get; init; }
    public double Refused { get; init; }

    /// <summary>Of the resets and timeouts, those whose request the bucket carried out.</summary>
    public double ArrivingShare { get; init; } = 0.5;

    public TimeSpan LatencyMin { get; init; }
    public TimeSpan LatencyMax { get; init; }

    internal CallFate Draw(SeededRandom random)
    {
        var fault = Pick(random.NextDouble());
        var arrives = random.NextDouble() < ArrivingShare;
        return new CallFate(fault, arrives, LatencyMin + (LatencyMax - LatencyMin) * random.NextDouble());
    }

    SimulatedFault Pick(double point)
    {
        (SimulatedFault Fault, double Share)[] shares =
        [
            (SimulatedFault.Throttled, Throttled), (SimulatedFault.Reset, Reset), (SimulatedFault.TimedOut, TimedOut),
            (SimulatedFault.Truncated, Truncated), (SimulatedFault.Conflict, Conflict),
            (SimulatedFault.Refused, Refused),
        ];
        foreach (var (fault, share) in shares)
        {
            if (point < share)
                return fault;
            point -= share;
        }
        return SimulatedFault.None;
    }
}
