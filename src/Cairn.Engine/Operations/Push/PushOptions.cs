using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Primitives;
using Cairn.Engine.Snapshots;

namespace Cairn.Engine.Operations.Push;

public sealed record PushOptions
{
    /// <summary>Whose packs may take the place of what a prune has removed: as for a backup.</summary>
    public AuthorTrust Trust { get; init; } = AuthorTrust.Enrolled;

    /// <summary>Give up sessions that rely on what is gone, instead of keeping them for the next push.</summary>
    public bool Discards { get; init; }

    /// <summary>Packs read and sent at once; each takes a pack's size of memory.</summary>
    public int PacksInFlightMax { get; init; } = 2;

    /// <summary>How often what was sent of a session is announced, so that no prune takes it for abandoned.</summary>
    public TimeSpan CoverInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Whether a backup waits for room in the spool right now.</summary>
    public Func<bool> IsBlocked { get; init; } = () => false;

    /// <summary>
    /// Keeps backups from reading what the spool knows of the repository, as long as it is held; null while one does.
    /// </summary>
    public Func<IDisposable?> TryHoldBackups { get; init; } = () => null;
}

/// <param name="Info">As it was spooled; with its name if it was committed.</param>
/// <param name="Snapshot">Null if it was not committed.</param>
/// <param name="Missing">How many blobs that it relies on are gone, with the packs that held them.</param>
/// <param name="Mended">How many blobs it finds in other packs than when it was spooled.</param>
public sealed record PushedSession(
    Ulid Id, SnapshotInfo Info, SnapshotName? Snapshot, long Missing, long Mended, bool IsDiscarded);

/// <summary>What a push did.</summary>
public sealed record PushResult
{
    /// <summary>In their order.</summary>
    public required IReadOnlyList<PushedSession> Sessions { get; init; }
    public required long PacksSent { get; init; }
    public required long BytesSent { get; init; }

    /// <summary>Packs that were sent to make room for a backup that waits.</summary>
    public required long PacksFreed { get; init; }

    /// <summary>What was found wrong in the spool, each with its object.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Nobody has renewed locks for so long that what was relied on may soon lose its own.</summary>
    public bool LocksLapse { get; init; }

    public bool IsWhole => Sessions.All(session => session.Snapshot is not null) && Notes.Count == 0;
}
