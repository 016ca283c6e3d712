using Cairn.Engine.Formats;
using Cairn.Engine.State;

namespace Cairn.Engine.Operations.Check;

public sealed record CheckOptions
{
    /// <summary>Percentage of the packs that are read and verified blob by blob: 0 for none, 100 for all.</summary>
    public required double ReadDataPercent { get; init; }

    /// <summary>Chooses the packs instead of the percentage; null for none.</summary>
    public ReadSchedule? Schedule { get; init; }

    /// <summary>Threads that decrypt.</summary>
    public required int Workers { get; init; }

    /// <summary>Where it is remembered which packs were read when; null: in the session's state.</summary>
    public IStateFolder? Records { get; init; }

    internal bool ReadsData => ReadDataPercent > 0 || Schedule is not null;

    /// <summary>Blobs to be tried, that somebody could not read before.</summary>
    internal IReadOnlyCollection<Primitives.BlobId> Suspects { get; init; } = [];
}

public enum CheckSeverity
{
    /// <summary>Worth knowing, nothing is lost: a foreign object, say.</summary>
    Note,
    /// <summary>Can be made good from the repository itself: a missing index object.</summary>
    Repairable,
    /// <summary>An object is missing, altered or cannot be believed.</summary>
    Damage,
}

/// <param name="Object">The object's name, or a prefix.</param>
public sealed record CheckFinding(CheckSeverity Severity, string Object, FailureKind? Kind, string Message);

/// <param name="Snapshot">Short id.</param>
public sealed record LostFile(string Snapshot, ReadOnlyMemory<byte> Path);

public sealed record CheckResult
{
    public required IReadOnlyList<CheckFinding> Findings { get; init; }

    /// <summary>Files of snapshots whose content is not whole any more; at most the first 10,000.</summary>
    public required IReadOnlyList<LostFile> LostFiles { get; init; }
    public required long LostFileCount { get; init; }
    public required int Snapshots { get; init; }
    public required long Packs { get; init; }
    public required long PacksRead { get; init; }
    public required long BytesRead { get; init; }

    /// <summary>Rows of packs that do not yield their blobs: of packs that are missing, and of those that were
    /// read.</summary>
    internal IReadOnlyDictionary<Primitives.ObjectHash, SortedSet<int>> BadRows { get; init; } =
        new Dictionary<Primitives.ObjectHash, SortedSet<int>>();

    /// <summary>Pieces of manifests are lost: which files are, is not known in full.</summary>
    internal bool HasLostPieces { get; init; }

    /// <summary>The snapshots that could be read.</summary>
    internal IReadOnlyList<Snapshots.SnapshotInfo> Readable { get; init; } = [];

    /// <summary>Null if no packs were to be read.</summary>
    public VerificationState? Verification { get; init; }

    public bool IsOverdue => Verification?.Overdue.Packs > 0;
    public bool IsDamaged => LostFileCount > 0 || Findings.Any(finding => finding.Severity == CheckSeverity.Damage);
}
