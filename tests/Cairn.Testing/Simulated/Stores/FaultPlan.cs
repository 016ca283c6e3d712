namespace Cairn.Testing.Simulated.Stores;

/// <summary>
/// Says what becomes of each call. It knows the call and nothing else, so that a run replays; and says what it is, so
/// that a failure message tells how.
/// </summary>
public abstract class FaultPlan
{
    public static readonly FaultPlan None = new Rule(_ => CallFate.Smooth, "no faults");

    public abstract CallFate Decide(SimulatedCall call);

    /// <summary>By chance, from the seed, the caller and the number of the call alone.</summary>
    public static FaultPlan Random(ulong seed, FaultRates rates) =>
        new Rule(call => rates.Draw(SeededDraws.For(seed, call.Caller, call.Number)), $"faults of seed {seed}");

    /// <summary>One call, counted from 1.</summary>
    public static FaultPlan OnCall(int number, SimulatedFault fault, bool arrives = false) =>
        When(call => call.Number == number, fault, arrives);

    public static FaultPlan When(Func<SimulatedCall, bool> condition, SimulatedFault fault, bool arrives = false) =>
        new Rule(call => condition(call) ? new CallFate(fault, arrives) : CallFate.Smooth, $"chosen calls: {fault}");

    sealed class Rule(Func<SimulatedCall, CallFate> decide, string description) : FaultPlan
    {
        public override CallFate Decide(SimulatedCall call) => decide(call);
        public override string ToString() => description;
    }
}
