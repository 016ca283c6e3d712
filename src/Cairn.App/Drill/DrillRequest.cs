using Cairn.App.Access;
using Cairn.App.Snapshots;

namespace Cairn.App.Drill;

public sealed record DrillRequest
{
    public required AccessOptions Access { get; init; }

    /// <summary>Null: the newest of each source.</summary>
    public SnapshotReference? Snapshot { get; init; }

    /// <summary>Only of this machine's snapshots; null for all.</summary>
    public string? Host { get; init; }

    /// <summary>In this time everything is to be restored once.</summary>
    public required TimeSpan Within { get; init; }

    /// <summary>So much of each source instead of what keeps the pace: more than 0, at most 1.</summary>
    public double? Share { get; init; }

    /// <summary>About so much in one drill, and no file that is larger; null for no limit.</summary>
    public long? BytesMax { get; init; }

    /// <summary>Where the temporary directory is made; null for the system's place.</summary>
    public ReadOnlyMemory<byte>? Target { get; init; }

    /// <summary>Leave what was restored.</summary>
    public bool Keeps { get; init; }

    /// <summary>Compare the sample also with the files that it was made of, as far as they are here.</summary>
    public bool AgainstSource { get; init; }
}
