using Cairn.Testing.Simulated.Buckets;

namespace Cairn.Testing.Simulated.Stores;

public sealed record SimulatedStoreOptions
{
    public FaultPlan Faults { get; init; } = FaultPlan.None;

    /// <summary>Where data packs go; everything else is in Standard.</summary>
    public StorageClass DataClass { get; init; }

    /// <summary>
    /// The lock that each PUT asks for, counted from the server's clock; null leaves it to the bucket's default.
    /// </summary>
    public DefaultRetention? Lock { get; init; }
}
