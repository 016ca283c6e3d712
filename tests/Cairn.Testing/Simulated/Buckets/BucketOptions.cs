using Cairn.Engine.Primitives;

namespace Cairn.Testing.Simulated.Buckets;

public enum ConditionalPuts
{
    Honoured,
    /// <summary>Accepted and without effect, as some gateways do: every PUT makes a new version.</summary>
    Ignored,
    /// <summary>501 NotImplemented.</summary>
    Refused,
}

/// <summary>How the bucket is set up, and what kind of store it plays. By default: AWS, versioned, no lock.</summary>
public sealed record BucketOptions
{
    public static readonly BucketOptions Locked = new() { HasObjectLock = true };

    public bool HasVersions { get; init; } = true;
    public bool HasObjectLock { get; init; }
    public DefaultRetention? DefaultRetention { get; init; }
    public LifecycleRules Lifecycle { get; init; } = LifecycleRules.None;
    public ConditionalPuts ConditionalPuts { get; init; }
    public KeptChecksums KeptChecksums { get; init; } = KeptChecksums.All;

    /// <summary>Expedited restores are refused with 503 while it is false.</summary>
    public bool HasExpeditedCapacity { get; init; } = true;

    /// <summary>Null: what was put is listed at once, as on AWS.</summary>
    public StaleListing? StaleListing { get; init; }

    /// <summary>Names in one page of a listing.</summary>
    public int PageMax { get; init; } = 1000;

    internal void Validate()
    {
        Invariant.That(HasVersions || !HasObjectLock);
        Invariant.That(HasObjectLock || DefaultRetention is null);
        Invariant.That(DefaultRetention is null || DefaultRetention.Days > 0);
        Invariant.That(PageMax is >= 1 and <= 1000);
    }
}

/// <summary>
/// A listing may miss a PUT that is no more than so many operations old (of all callers together). Each listing draws
/// anew for each version, so a name can come, go and come again.
/// </summary>
public sealed record StaleListing(int Operations, ulong Seed)
{
    public bool Hides(ObjectVersion version, long operation) =>
        !version.IsDeleteMarker
        && operation - version.Operation <= Operations
        && SeededDraws.For(Seed, version.VersionId, operation).NextUInt64() % 2 == 0;
}
