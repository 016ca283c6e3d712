using Cairn.Engine.Compression;
using Cairn.Engine.Manifests.Local;

namespace Cairn.Engine.Operations.Backup;

/// <summary>How to back up. Validated by the caller that made it from text.</summary>
public sealed record BackupOptions
{
    /// <summary>
    /// The source's name: snapshots of one source are compared with each other. The App makes it from host and sorted
    /// roots if the user gave none.
    /// </summary>
    public required string Source { get; init; }

    /// <summary>The paths that were asked for, absolute, as bytes; empty for streams.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> Roots { get; init; }

    public required string UserName { get; init; }

    /// <summary>Name and version of this program, for the record.</summary>
    public required string Program { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Against whose packs to deduplicate.</summary>
    public AuthorTrust Trust { get; init; } = AuthorTrust.Enrolled;

    /// <summary>Walk, compare and read, but store nothing.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>Read every file, also those that look unchanged.</summary>
    public bool ReadsAll { get; init; }

    /// <summary>What must be the same for a file not to be read again.</summary>
    public ChangeRules ChangeRules { get; init; } = ChangeRules.Default;

    /// <summary>
    /// Record nothing if hardly anything of the previous snapshot is there any more, as when a disk below the source is
    /// not mounted.
    /// </summary>
    public bool RefusesCollapse { get; init; }

    /// <summary>Threads that read, compress and encrypt.</summary>
    public required int Workers { get; init; }

    public int CompressionLevel { get; init; } = ZstdCompressor.LevelDefault;

    /// <summary>Null: the same for all files.</summary>
    public ICompressionRules? Compression { get; init; }

    /// <summary>Null: what is gone is gone.</summary>
    public IKeepRules? Keep { get; init; }

    /// <summary>
    /// Contents of smaller files go into packs of their own, which stay in the usual storage class; 0 for none.
    /// </summary>
    public long HotBelow { get; init; }

    /// <summary>How often an interrupted first backup can at worst lose what it did.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>
    /// The store is a spool: nothing is announced and nothing committed, the session is written down for a push.
    /// </summary>
    public bool IsSpooled { get; init; }

    /// <summary>
    /// Full packs being stored at once, on top of the two being filled; null: as many as suit the store.
    /// </summary>
    public int? PacksInFlightMax { get; init; }
}
