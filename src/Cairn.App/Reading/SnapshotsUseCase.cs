using Cairn.App.Access;
using Cairn.App.Snapshots;
using Cairn.Engine.Operations.Leases;
using Cairn.Engine.Repositories;
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
public sealed record SnapshotsReport(IReadOnlyList<SnapshotInfo> Snapshots, IReadOnlyList<ObjectProblem> Problems)
{
    /// <summary>The repository's objects are locked.</summary>
    public bool HasLeases { get; init; }

    /// <summary>
    /// Until when all that a snapshot needs is locked, as far as this machine's own records tell: by the id.
    /// </summary>
    public IReadOnlyDictionary<string, DateTimeOffset> ProtectedUntil { get; init; } =
        new Dictionary<string, DateTimeOffset>();
}

public static class SnapshotsUseCase
{
    public static async Task<SnapshotsReport> RunAsync(
        AppEnvironment environment, SnapshotsRequest request, CancellationToken cancellationToken)
    {
        var view = await ReadingView.CreateAsync(environment, request.Access, cancellationToken);
        var access = new RepositoryAccess(environment, request.Access)
        {
            View = view.Of,
        };
        await using var open = await access.OpenForReadingAsync(cancellationToken);
        var listing = await SnapshotCatalog.ListAsync(open.Repository, cancellationToken);
        if (listing.NotAccepted.Count > 0)
            environment.Events.Notice(
                $"{listing.NotAccepted.Count} of revoked hosts do not count and are not shown");
        var snapshots = request.Filter.Select(listing.Snapshots);
        return new SnapshotsReport(snapshots, listing.Problems)
        {
            HasLeases = open.Repository.Descriptor.Lease is not null,
            ProtectedUntil = FindProtection(environment, open.Repository, snapshots),
        };
    }

    // The file is replaced whole, so nobody needs to be kept from writing it meanwhile.
    static Dictionary<string, DateTimeOffset> FindProtection(
        AppEnvironment environment, Repository repository, IReadOnlyList<SnapshotInfo> snapshots)
    {
        var found = new Dictionary<string, DateTimeOffset>();
        var folder = environment.Paths.StateOf(repository.Id);
        if (repository.Descriptor.Lease is null || !Directory.Exists(folder))
            return found;
        var records = LeaseRecords.Load(
            new Cairn.Storage.State.FileStateFolder(folder, environment.Time), repository.Id);
        foreach (var snapshot in snapshots)
        {
            if (records.ProtectionOf(snapshot.Name.Hash) is { } until)
                found[snapshot.Id] = until;
        }
        return found;
    }
}
