using Cairn.Engine.Operations.Drill;
using Cairn.Engine.Operations.Verify;
using Cairn.Engine.Primitives;
using Cairn.Engine.Snapshots;

namespace Cairn.App.Drill;

public enum DrillFindingKind
{
    /// <summary>The repository does not give it back whole.</summary>
    Damage,

    /// <summary>It could not be written, for a reason that lies here.</summary>
    NotRestored,

    /// <summary>It was restored, and is not what the snapshot has.</summary>
    Difference,

    /// <summary>The file that it was made of is another, though nothing says that it was changed since.</summary>
    SourceDifference,

    /// <summary>It could not be read back, or its source could not be read: nothing can be said of it.</summary>
    Unread,
}

/// <param name="Path">In the snapshot, a file's with a slash in front; empty for the snapshot as such.</param>
/// <param name="Changes">In what it differs, if it is a difference.</param>
public sealed record DrillFinding(
    DrillFindingKind Kind, string Snapshot, ReadOnlyMemory<byte> Path, string Message,
    VerifyChanges Changes = VerifyChanges.None);

/// <summary>What a comparison with the source says of files that are not the same there any more, which is no
/// difference.</summary>
/// <param name="Compared">Files.</param>
public sealed record SourceTally(long Compared, long ChangedSince, long Gone);

/// <summary>What was drilled of one source.</summary>
public sealed record DrillPart
{
    public required SnapshotInfo Snapshot { get; init; }
    public required DrillSample Sample { get; init; }
    public required long BytesFetched { get; init; }

    /// <summary>Null if it was not compared.</summary>
    public required SourceTally? Source { get; init; }
    public required IReadOnlyList<string> Shortfalls { get; init; }
    public required DrillCoverage Coverage { get; init; }
}

public sealed record DrillReport
{
    public required DateTimeOffset Started { get; init; }
    public required TimeSpan Elapsed { get; init; }
    public required RepositoryId Repository { get; init; }
    public required IReadOnlyList<DrillPart> Parts { get; init; }

    /// <summary>The first of each kind.</summary>
    public required IReadOnlyList<DrillFinding> Findings { get; init; }

    /// <summary>All of them, by kind.</summary>
    public required IReadOnlyDictionary<DrillFindingKind, long> Counts { get; init; }

    /// <summary>Where it was restored to, if it was left there.</summary>
    public required string? Kept { get; init; }

    public long Count(DrillFindingKind kind) => Counts.GetValueOrDefault(kind);
}
