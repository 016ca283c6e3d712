using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Prune;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Leases;

public sealed record LeaseOptions
{
    /// <summary>Only look: nothing is renewed, condemned or announced.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>
    /// Packs that no index object names are a run's that has not finished, until they are so old
    /// (<see cref="PruneOptions.UnfinishedAfter"/>).
    /// </summary>
    public TimeSpan UnfinishedAfter { get; init; } = TimeSpan.FromDays(2);
}

/// <param name="Until">All that it needs is locked at least until then; null if something is not locked at all.</param>
public sealed record SnapshotLease(SnapshotName Snapshot, DateTimeOffset? Until);

/// <summary>What is locked for how long, and what was done about it.</summary>
public sealed record LeaseResult
{
    public required LeasePolicy Policy { get; init; }

    /// <summary>The store's clock.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Objects that something needs.</summary>
    public required long Needed { get; init; }

    /// <summary>Of these, those whose lock had less than the minimum left.</summary>
    public required long Due { get; init; }
    public required long Renewed { get; init; }

    /// <summary>Needed objects that have no lock now.</summary>
    public required long Unprotected { get; init; }

    /// <summary>When the first lock of something needed ends; null if something has none.</summary>
    public required DateTimeOffset? Earliest { get; init; }

    /// <summary>Packs that nothing needs and whose lock runs out: hosts shall not begin to rely on them.</summary>
    public required PackSum Condemned { get; init; }

    /// <summary>Packs that nothing needs, and that a lock keeps.</summary>
    public required PackSum DeadLocked { get; init; }

    /// <summary>When the last of these locks ends.</summary>
    public required DateTimeOffset? DeadLockedUntil { get; init; }

    /// <summary>Needed objects under a delete marker.</summary>
    public required long Hidden { get; init; }

    /// <summary>Needed objects of which there are further versions.</summary>
    public required long Replaced { get; init; }

    /// <summary>Ascending by name.</summary>
    public required IReadOnlyList<SnapshotLease> Snapshots { get; init; }

    /// <summary>Questions for the lock of an object, which own records could not answer.</summary>
    public required long LockReads { get; init; }

    /// <summary>Why not all that is needed is known; then all that is not condemned is kept.</summary>
    public required IReadOnlyList<string> Gaps { get; init; }

    /// <summary>Locks that the store did not renew.</summary>
    public required IReadOnlyList<string> Failures { get; init; }
    public required IReadOnlyList<string> Notes { get; init; }
}
