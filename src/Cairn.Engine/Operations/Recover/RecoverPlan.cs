using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Recover;

/// <summary>Something of the repository that others no longer see as it was stored.</summary>
/// <param name="Good">The oldest version that is what its name says.</param>
/// <param name="Stored">When that was, by the store's clock.</param>
/// <param name="IsOverwritten">The newest version with data is something else.</param>
/// <param name="Markers">Delete markers on top of all data, the newest first; empty if it is not hidden.</param>
public sealed record RecoverItem(
    ObjectVersionKey Good, long Size, DateTimeOffset Stored, bool IsOverwritten,
    IReadOnlyList<ObjectVersionKey> Markers)
{
    public bool IsHidden => Markers.Count > 0;

    /// <summary>Of the good version; null where the store has none.</summary>
    public string? StorageClass { get; init; }

    /// <summary>With the markers gone the good version shows again; else it must be stored once more.</summary>
    public bool ShowsBelowMarkers => IsHidden && !IsOverwritten;
}

public enum RecoverFindingKind
{
    /// <summary>Versions that are not what the name says lie beside the one that is.</summary>
    Junk,
    /// <summary>No name of Cairn's.</summary>
    Foreign,
    /// <summary>A ledger or snapshot that nobody signed who is let in.</summary>
    Unsigned,
    /// <summary>A snapshot whose name says another time than the store does.</summary>
    Time,
    /// <summary>No version is what the name says: planted, or lost.</summary>
    Lost,
    /// <summary>It must be thawed before anybody can tell.</summary>
    Cold,
    /// <summary>It is not known of all objects whether a prune deleted them.</summary>
    Gap,
}

/// <param name="Message">For a person; names the object.</param>
public sealed record RecoverFinding(RecoverFindingKind Kind, string Object, string Message);

/// <summary>What there is to be put right, in the order in which it is, and what else was found.</summary>
public sealed record RecoverPlan(
    IReadOnlyList<RecoverItem> Items, IReadOnlyList<RecoverFinding> Findings, long Objects)
{
    /// <summary>Something must be thawed before all can be told, or put right.</summary>
    public bool NeedsThaw => Findings.Any(finding => finding.Kind == RecoverFindingKind.Cold);

    public bool HasLost => Findings.Any(finding => finding.Kind == RecoverFindingKind.Lost);
}

/// <param name="Recovered">Objects that show again as they were stored.</param>
/// <param name="MarkersRemoved">Delete markers taken away.</param>
/// <param name="StoredAgain">Objects stored on top of what hid or replaced them.</param>
/// <param name="Locked">Good versions whose lock was renewed.</param>
/// <param name="Failures">What could not be done, each with its object.</param>
public sealed record RecoverResult(
    long Recovered, long MarkersRemoved, long StoredAgain, long Locked, IReadOnlyList<string> Failures)
{
    /// <summary>Of the failures, those of objects that must be thawed first.</summary>
    public long Cold { get; init; }
}
