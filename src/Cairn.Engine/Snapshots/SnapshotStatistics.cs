namespace Cairn.Engine.Snapshots;

/// <summary>What the run that made a snapshot saw and did.</summary>
public sealed record SnapshotStatistics
{
    public long Files { get; init; }
    public long Directories { get; init; }
    public long Others { get; init; }
    public long Bytes { get; init; }
    public long FilesNew { get; init; }
    public long FilesChanged { get; init; }
    public long FilesUnchanged { get; init; }
    public long EntriesVanished { get; init; }
    public long BytesRead { get; init; }
    public long BlobsStored { get; init; }

    /// <summary>New content before compression.</summary>
    public long BytesStoredPlain { get; init; }

    /// <summary>Packs as they were stored.</summary>
    public long BytesStored { get; init; }
    public long PacksStored { get; init; }
}
