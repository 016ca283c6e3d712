using Cairn.Engine.Entries;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Snapshots;

/// <summary>A committed snapshot as its host described it (docs/format.md, SnapshotRecord).</summary>
public sealed record SnapshotInfo
{
    public const int ShortIdLength = 8;

    public required SnapshotName Name { get; init; }

    /// <summary>The time the snapshot stands for, as the host claims it.</summary>
    public required DateTimeOffset Time { get; init; }
    public required DateTimeOffset Finished { get; init; }
    public required string HostName { get; init; }
    public required string UserName { get; init; }
    public required string Source { get; init; }
    public required IReadOnlyList<ReadOnlyMemory<byte>> Roots { get; init; }

    /// <summary>Those it was given last: by its host, or later by a record (see <see cref="SnapshotTags"/>).</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>It was given others later, which cannot be read: <see cref="Tags"/> are its host's.</summary>
    public bool HasUnreadableTags { get; init; }
    public required BlobId Manifest { get; init; }
    public required int ManifestLevel { get; init; }
    public required SnapshotStatistics Statistics { get; init; }
    public required IReadOnlyList<Sources.SourceProblem> Problems { get; init; }
    public required long ProblemCount { get; init; }
    public required string Program { get; init; }
    public required ObjectHash? Parent { get; init; }

    /// <summary>Of a copy from another repository: what it is a copy of.</summary>
    public SnapshotOrigin? Origin { get; init; }

    public string Id => Name.Hash.ToString();
    public string ShortId => Id[..ShortIdLength];
}
