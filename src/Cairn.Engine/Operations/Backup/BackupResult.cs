using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Sources;

namespace Cairn.Engine.Operations.Backup;

/// <param name="Snapshot">Null after a dry run, and as long as it is only spooled.</param>
/// <param name="Problems">What could not be read, or not well; at most <see cref="ProblemsKept"/> of them.</param>
public sealed record BackupResult(
    SnapshotName? Snapshot, SnapshotStatistics Statistics, IReadOnlyList<SourceProblem> Problems, long ProblemCount,
    bool IsPartial, TimeSpan Elapsed)
{
    public const int ProblemsKept = 1000;

    /// <summary>
    /// Nobody has renewed locks for so long that nothing was relied on that was there already: all was stored anew.
    /// </summary>
    public bool LocksLapse { get; init; }

    /// <summary>The session that was left in a spool, if it was.</summary>
    public Ulid? Spooled { get; init; }
}
