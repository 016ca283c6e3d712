namespace Cairn.Testing.Simulated.Buckets;

/// <summary>What <see cref="SimulatedBucket.Sweep"/> does. Rules concern the whole bucket.</summary>
public sealed record LifecycleRules
{
    public static readonly LifecycleRules None = new();

    /// <summary>Current versions get a delete marker so many days after they were written, locked or not.</summary>
    public int? ExpirationDays { get; init; }

    /// <summary>Versions go so many days after a newer one or a marker came, once their lock is over.</summary>
    public int? NoncurrentDays { get; init; }

    /// <summary>A marker that has nothing below it any more goes.</summary>
    public bool RemovesExpiredDeleteMarkers { get; init; }
}

public enum SweepAction { MarkerAdded, VersionRemoved, MarkerRemoved }

public sealed record Swept(SweepAction Action, ObjectVersion Version);
