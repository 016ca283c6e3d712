namespace Cairn.Engine.Operations.Restore;

public sealed record RestoreOptions
{
    /// <summary>
    /// Path inside the snapshot, components joined by '/', no leading slash; empty for everything. A directory's
    /// contents go right into the target; a single file becomes target/its name.
    /// </summary>
    public ReadOnlyMemory<byte> Path { get; init; }

    /// <summary>
    /// Give the target itself the metadata of the directory whose contents go into it: for a target that the restore
    /// makes, which then is that directory.
    /// </summary>
    public bool FinishesTarget { get; init; }

    /// <summary>Null: everything.</summary>
    public IRestoreSelection? Selection { get; init; }

    /// <summary>The first that fits decides.</summary>
    public IReadOnlyList<RestoreRename> Renames { get; init; } = [];

    /// <summary>Threads that decrypt and write.</summary>
    public required int Workers { get; init; }

    /// <summary>Work out what would be restored and read, and stop there.</summary>
    public bool IsDryRun { get; init; }

    internal RestoreLimits Limits { get; init; } = RestoreLimits.Default;
}

/// <param name="Path">Relative to the target, as bytes.</param>
public sealed record RestoreFailure(ReadOnlyMemory<byte> Path, string Message, bool IsDamage);

public sealed record RestoreResult
{
    public long Files { get; init; }
    public long Directories { get; init; }
    public long Others { get; init; }
    public long Bytes { get; init; }
    public long FilesAlreadyThere { get; init; }

    /// <summary>Other than the snapshot's, and left as they are by the target's options.</summary>
    public long FilesKept { get; init; }
    public long PacksRead { get; init; }
    public long BytesFetched { get; init; }

    /// <summary>Entries that are not restored, or not whole; everything else is.</summary>
    public IReadOnlyList<RestoreFailure> Failures { get; init; } = [];
    public long FailureCount { get; init; }

    /// <summary>What the target could not take over (an owner that only root may set).</summary>
    public IReadOnlyCollection<string> Shortfalls { get; init; } = [];
}
