using Cairn.Engine.Operations.Costs;

namespace Cairn.Engine.Operations.Prune;

public sealed record PruneOptions
{
    /// <summary>
    /// Between the condemnation of a pack and the look that may end it: politeness to hosts that are running, which
    /// else have to store again what they relied on. Safe at any length, zero too.
    /// </summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// How old a ledger without a snapshot, or a pack that no ledger has ever named, must be before it is taken for
    /// what a crashed run left. Politeness too.
    /// </summary>
    public TimeSpan UnfinishedAfter { get; init; } = TimeSpan.FromDays(2);

    /// <summary>
    /// Percentage of the bytes of packs that may be unneeded; packs are repacked, those with the greatest unneeded
    /// share first, until what is left is less. 100: never.
    /// </summary>
    public double MaxUnusedPercent { get; init; } = 5;

    /// <summary>At most so many bytes are copied in one run; null for no limit.</summary>
    public long? RepackBytesMax { get; init; }

    /// <summary>From so many small index objects on they are put together into larger ones.</summary>
    public int IndexObjectsMin { get; init; } = 64;

    /// <summary>
    /// What is stored for a minimum of days is not deleted or copied before, and a copy has to earn what it costs. Null
    /// where nothing is paid.
    /// </summary>
    public StorePrices? Prices { get; init; }

    public bool IsDryRun { get; init; }
}

/// <param name="Bytes">As they lie in the store.</param>
public readonly record struct PackSum(long Packs, long Bytes)
{
    public static PackSum operator +(PackSum left, PackSum right) =>
        new(left.Packs + right.Packs, left.Bytes + right.Bytes);
}

/// <summary>What a prune did, or would do.</summary>
public sealed record PruneResult
{
    /// <summary>All packs, when it began.</summary>
    public required PackSum Before { get; init; }

    /// <summary>Rows that something needs, without padding and tables; of packs that the index knows.</summary>
    public required long UsedBytes { get; init; }

    /// <summary>Announced: they go after the grace, unless something needs them by then.</summary>
    public required PackSum Condemned { get; init; }

    /// <summary>Condemned earlier or now, and the grace is not over.</summary>
    public required PackSum Waiting { get; init; }

    /// <summary>When the grace of the first of them is over.</summary>
    public required DateTimeOffset? WaitingUntil { get; init; }

    public required PackSum Deleted { get; init; }

    /// <summary>On a deletion list, and kept by their locks: their deletion was not tried.</summary>
    public PackSum Locked { get; init; }

    /// <summary>When the last of these may go.</summary>
    public DateTimeOffset? ReclaimableOn { get; init; }

    /// <summary>Needed by nothing, and paid for in any case for so long: they go when that is over.</summary>
    public PackSum PaidFor { get; init; }

    /// <summary>When the last of these may go for nothing.</summary>
    public DateTimeOffset? PaidUntil { get; init; }

    /// <summary>Null if no prices are known.</summary>
    public PruneCost? Cost { get; init; }

    /// <summary>On a deletion list, but the store protects them for now, which was not foreseen.</summary>
    public required PackSum Protected { get; init; }

    /// <summary>Condemned, but needed: they stay as long as they are.</summary>
    public required PackSum Spared { get; init; }

    /// <summary>Needed by nothing yet, and too young to be given up.</summary>
    public required PackSum Unfinished { get; init; }

    /// <summary>Packs whose needed rows were copied to others.</summary>
    public required PackSum Repacked { get; init; }

    /// <summary>The packs that were written for that.</summary>
    public required PackSum RepackedInto { get; init; }

    /// <summary>Small index objects that were put into larger ones.</summary>
    public int IndexObjectsCompacted { get; init; }

    /// <summary>The larger ones.</summary>
    public int IndexObjectsWritten { get; init; }

    /// <summary>Those that larger ones have contained for the grace.</summary>
    public int IndexObjectsDeleted { get; init; }
    public required int LedgersProposedVoid { get; init; }
    public required int LedgersVoided { get; init; }

    /// <summary>Objects of forgotten snapshots.</summary>
    public required int SnapshotsRemoved { get; init; }

    /// <summary>Requests that change something; for a dry run an estimate.</summary>
    public required long Requests { get; init; }

    /// <summary>What was passed over, each with its object.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}
