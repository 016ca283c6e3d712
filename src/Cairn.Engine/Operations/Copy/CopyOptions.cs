using Cairn.Engine.Compression;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Snapshots;

namespace Cairn.Engine.Operations.Copy;

/// <summary>How to copy snapshots into another repository. Validated by the caller that made it from text.</summary>
public sealed record CopyOptions
{
    /// <summary>Name and version of this program, for the record.</summary>
    public required string Program { get; init; }

    /// <summary>Packs that are read at once, each by a thread that decrypts, compresses and encrypts.</summary>
    public required int Workers { get; init; }

    /// <summary>Against whose packs of the target to deduplicate.</summary>
    public AuthorTrust Trust { get; init; } = AuthorTrust.Enrolled;

    /// <summary>Find out what is missing in the target, but read no contents and store nothing.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>
    /// Copy also what was copied before and was forgotten in the target since: somebody has asked for just these.
    /// </summary>
    public bool CopiesForgotten { get; init; }

    public int CompressionLevel { get; init; } = ZstdCompressor.LevelDefault;
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMinutes(3);
    public int? PacksInFlightMax { get; init; }

    /// <summary>Bounds of memory.</summary>
    public CopyLimits Limits { get; init; } = CopyLimits.Default;

    internal BackupOptions ToBackup(SnapshotInfo snapshot) => new()
    {
        Source = snapshot.Source, Roots = snapshot.Roots, UserName = snapshot.UserName, Program = Program,
        Tags = snapshot.Tags, Trust = Trust, IsDryRun = IsDryRun, Workers = Workers,
        CompressionLevel = CompressionLevel, CheckpointInterval = CheckpointInterval,
        PacksInFlightMax = PacksInFlightMax,
    };
}

/// <summary>What is held in memory at once; the contents of blobs are not among it.</summary>
/// <param name="Steps">Entries and extents on their way into the new manifest.</param>
/// <param name="Blobs">Blobs to be fetched together, sorted by where they lie.</param>
/// <param name="Pairs">Ids that were found to belong together and are not in local state yet.</param>
public sealed record CopyLimits(int Steps, int Blobs, int Pairs)
{
    public static readonly CopyLimits Default = new(Steps: 16_384, Blobs: 8_192, Pairs: 65_536);
}
