using Cairn.Engine.Operations.Check;

namespace Cairn.Engine.Operations.Repair;

/// <param name="Source">Where from: a repository's place, or the disk.</param>
public sealed record HealedFrom(string Source, long Blobs, long Bytes);

public sealed record RepairResult
{
    /// <summary>Files that were not whole at the beginning; at most the first 10,000.</summary>
    public required IReadOnlyList<LostFile> LostBefore { get; init; }
    public required long LostBeforeCount { get; init; }

    /// <summary>Packs that are missing or damaged, and needed.</summary>
    public required int BadPacks { get; init; }

    /// <summary>Blobs in them that are needed.</summary>
    public required long BadBlobs { get; init; }

    public required IReadOnlyList<HealedFrom> Healed { get; init; }

    /// <summary>Blobs that nobody has any more.</summary>
    public required long UnhealedBlobs { get; init; }

    /// <summary>Files that are not whole at the end; at most the first 10,000.</summary>
    public required IReadOnlyList<LostFile> LostAfter { get; init; }
    public required long LostAfterCount { get; init; }

    /// <summary>Damage that is there at the end, but for packs that nothing needs any more.</summary>
    public required IReadOnlyList<CheckFinding> Remaining { get; init; }

    /// <summary>What the person who repairs should know of how it went.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
    public required long PacksStored { get; init; }
    public required long BytesStored { get; init; }

    /// <summary>Damaged or missing packs that nothing needs any more: a prune clears them away.</summary>
    public required int Replaced { get; init; }

    public bool IsDamaged => LostAfterCount > 0 || UnhealedBlobs > 0 || Remaining.Count > 0;
}
