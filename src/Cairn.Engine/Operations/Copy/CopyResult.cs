using Cairn.Engine.Primitives;
using Cairn.Engine.Snapshots;

namespace Cairn.Engine.Operations.Copy;

public enum CopyOutcome
{
    /// <summary>In a dry run: would be copied.</summary>
    Copied,
    /// <summary>It was there already.</summary>
    AlreadyThere,
    /// <summary>It was copied before, and was forgotten in the target since.</summary>
    Forgotten,
    /// <summary>Something of it cannot be read from the source: nothing of it was committed.</summary>
    Damaged,
}

/// <param name="Target">What it is called in the target, if it is there.</param>
public sealed record CopiedSnapshot(SnapshotInfo Source, CopyOutcome Outcome, ObjectHash? Target)
{
    /// <summary>Why it was not copied: some of the files that cannot be read, or what else is damaged.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];
}

public sealed record CopyResult
{
    /// <summary>In the order of time.</summary>
    public required IReadOnlyList<CopiedSnapshot> Snapshots { get; init; }

    /// <summary>Read from the source because the target was not known to have it: contents, before
    /// compression.</summary>
    public required long BlobsRead { get; init; }
    public required long BytesRead { get; init; }

    /// <summary>Stored in the target, lists and manifests included.</summary>
    public required long BlobsStored { get; init; }
    public required long BytesStoredPlain { get; init; }
    public required long PacksStored { get; init; }
    public required long BytesStored { get; init; }

    /// <summary>
    /// Whether the target let us see that the packs that were relied on are there; a credential that may only add
    /// cannot ask.
    /// </summary>
    public required bool SawPacks { get; init; }
    public required TimeSpan Elapsed { get; init; }

    public int Count(CopyOutcome outcome) => Snapshots.Count(snapshot => snapshot.Outcome == outcome);
}
