using Cairn.App.Access;
using Cairn.App.Snapshots;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;

namespace Cairn.App.Reading;

public sealed record SnapshotsRequest
{
    public required AccessOptions Access { get; init; }
    public SnapshotFilter Filter { get; init; } = SnapshotFilter.Everything;
}

/// <param name="Snapshots">Ascending by time.</param>
/// <param name="Problems">Snapshots that cannot be read or believed.</param>
public sealed record SnapshotsReport(IReadOnlyList<SnapshotInfo> Snapshots, IReadOnlyList<ObjectProblem> Problems);

public static class SnapshotsUseCase
{
    public static async Task<SnapshotsReport> RunAsync(
        AppEnvironment environment, SnapshotsRequest request, CancellationToken cancellationToken)
    {
        var access = new RepositoryAccess(environment, request.Access);
        await using var open = await access.OpenForReadingAsync(cancellationToken);
        var listing = await SnapshotCatalog.ListAsync(open.Repository, cancellationToken);
        if (listing.NotAccepted.Count > 0)
            environment.Events.Notice(
                $"{listing.NotAccepted.Count} of revoked hosts do not count and are not shown");
        return new SnapshotsReport(request.Filter.Select(listing.Snapshots), listing.Problems);
    }
}
