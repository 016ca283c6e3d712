using Cairn.App.Access;
using Cairn.App.Hosts;
using Cairn.App.Snapshots;

namespace Cairn.App.Copy;

public sealed record CopyRequest
{
    /// <summary>Read from; with its key.</summary>
    public required AccessOptions Source { get; init; }

    /// <summary>Written to, with this machine's credential for it.</summary>
    public required AccessOptions Target { get; init; }

    /// <summary>Which; none for all that the filter lets through.</summary>
    public IReadOnlyList<SnapshotReference> Snapshots { get; init; } = [];

    public SnapshotFilter Filter { get; init; } = SnapshotFilter.Everything;

    /// <summary>Null: as configured for this machine.</summary>
    public TrustSetting? Trust { get; init; }

    public bool IsDryRun { get; init; }
}
