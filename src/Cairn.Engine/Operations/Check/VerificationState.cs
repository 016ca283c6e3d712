namespace Cairn.Engine.Operations.Check;

/// <summary>What is known to be good after a check that read packs, by what is remembered of former ones.</summary>
public sealed record VerificationState
{
    /// <summary>Within which time all was to be verified; null if that was not asked for.</summary>
    public required TimeSpan? Within { get; init; }

    /// <summary>Of packs that were read and found good, within the time where there is one.</summary>
    public required PackAmount Verified { get; init; }

    /// <summary>Never read yet as far as is remembered, or found bad.</summary>
    public required PackAmount Never { get; init; }

    /// <summary>Neither read nor found good within the time since they are known.</summary>
    public required PackAmount Overdue { get; init; }

    /// <summary>Of all packs that were verified ever; null if none was.</summary>
    public required DateTimeOffset? Oldest { get; init; }
}

public readonly record struct PackAmount(long Packs, long Bytes)
{
    public PackAmount Plus(long bytes) => new(Packs + 1, Bytes + bytes);
}
