using System.Globalization;
using Cairn.Engine.Storage;

namespace Cairn.Testing.Stores;

public enum StoreMember { Put, Get, Stat, List, Delete }

public enum FaultMoment
{
    None,
    /// <summary>The request never arrives. For LIST: it breaks somewhere, perhaps before the first name.</summary>
    Before,
    /// <summary>
    /// The request is carried out and its response is lost. For LIST: it breaks behind the last name.
    /// </summary>
    After,
}

public readonly record struct StoreFault(FaultMoment Moment, StoreErrorKind Kind = StoreErrorKind.Unavailable)
{
    public static readonly StoreFault None = default;
}

/// <param name="Ordinal">The how-manieth call of the store it is, from 1.</param>
/// <param name="Name">Key or prefix.</param>
/// <param name="Repeat">The how-manieth call of that member for that name it is, from 1.</param>
public sealed record StoreCall(int Ordinal, StoreMember Member, string Name, int Repeat)
{
    public StoreFault Fault { get; init; }

    public override string ToString() =>
        Fault.Moment == FaultMoment.None
            ? $"{Ordinal} {Member} {Name}"
            : $"{Ordinal} {Member} {Name} ({Fault.Kind} {Fault.Moment})";
}

/// <summary>Decides which calls fail. Made from a number where chance is wanted, so that it can be replayed.</summary>
public abstract class StoreFaults
{
    public static readonly StoreFaults None = new Rule(_ => StoreFault.None, "no faults");

    public abstract StoreFault Decide(StoreCall call);

    /// <summary>One call fails, counted over all members from 1.</summary>
    public static StoreFaults OnCall(
        int ordinal, FaultMoment moment = FaultMoment.Before, StoreErrorKind kind = StoreErrorKind.Unavailable) =>
        new Rule(
            call => call.Ordinal == ordinal ? new StoreFault(moment, kind) : StoreFault.None,
            $"call {ordinal} fails: {kind} {moment}");

    /// <summary>Every call that the condition picks fails.</summary>
    public static StoreFaults When(
        Func<StoreCall, bool> condition, FaultMoment moment = FaultMoment.Before,
        StoreErrorKind kind = StoreErrorKind.Unavailable) =>
        new Rule(call => condition(call) ? new StoreFault(moment, kind) : StoreFault.None, $"{kind} {moment}");

    /// <summary>
    /// Calls fail by chance. The chance depends on the seed, the member, the name and how often it was called before,
    /// and not on the order in which concurrent calls happen to arrive, so that a seed replays.
    /// </summary>
    public static StoreFaults Random(
        int seed, double probability, double lostShare = 0.5, StoreErrorKind kind = StoreErrorKind.Unavailable) =>
        new Rule(
            call =>
            {
                var random = new Random(Mix(seed, call));
                if (random.NextDouble() >= probability)
                    return StoreFault.None;
                return new StoreFault(random.NextDouble() < lostShare ? FaultMoment.After : FaultMoment.Before, kind);
            },
            string.Create(CultureInfo.InvariantCulture, $"seed {seed}, probability {probability}"));

    // FNV-1a: string.GetHashCode differs from process to process.
    static int Mix(int seed, StoreCall call)
    {
        var hash = 2166136261u ^ (uint)seed;
        foreach (var letter in $"{call.Member}/{call.Repeat}/{call.Name}")
            hash = (hash ^ letter) * 16777619u;
        return (int)hash;
    }

    sealed class Rule(Func<StoreCall, StoreFault> decide, string description) : StoreFaults
    {
        public override StoreFault Decide(StoreCall call) => decide(call);
        public override string ToString() => description;
    }
}
