using Cairn.App.Access;
using Cairn.App.Snapshots;
using Cairn.Engine.Operations.Listing;
using Cairn.Engine.Snapshots;

namespace Cairn.App.Reading;

public sealed record ListRequest
{
    public required AccessOptions Access { get; init; }
    public required SnapshotReference Snapshot { get; init; }

    /// <summary>Whose newest snapshot <c>latest</c> and <c>@TIME</c> mean; null for this machine's.</summary>
    public string? Host { get; init; }

    public bool IsRecursive { get; init; }
}

public static class ListUseCase
{
    /// <param name="receive">Gets the entries one by one, in the order of the manifest.</param>
    public static async Task<SnapshotInfo> RunAsync(
        AppEnvironment environment, ListRequest request, Action<SnapshotInfo, ListedEntry> receive,
        CancellationToken cancellationToken)
    {
        await using var open = await OpenSnapshots.OpenAsync(environment, request.Access, cancellationToken);
        var snapshot = await open.FindAsync(request.Snapshot, request.Host, environment.Events, cancellationToken);
        await foreach (var entry in ListOperation.RunAsync(
            open.Session, snapshot,
            new ListOptions { Path = request.Snapshot.Path, IsRecursive = request.IsRecursive }, cancellationToken))
            receive(snapshot, entry);
        return snapshot;
    }
}
