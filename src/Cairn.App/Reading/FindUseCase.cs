using Cairn.App.Access;
using Cairn.App.Snapshots;
using Cairn.Engine.Entries;
using Cairn.Engine.Operations;
using Cairn.Engine.Operations.Find;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;

namespace Cairn.App.Reading;

public sealed record FindRequest
{
    public required AccessOptions Access { get; init; }

    /// <summary>In which snapshots.</summary>
    public SnapshotFilter Snapshots { get; init; } = SnapshotFilter.Everything;

    /// <summary>Patterns as bytes, as those of exclusions; an entry matches if one of them does.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> Patterns { get; init; }

    /// <summary>Empty: of every kind.</summary>
    public IReadOnlyList<EntryKind> Kinds { get; init; } = [];

    /// <summary>Bytes of files and streams, inclusive.</summary>
    public long? SizeMin { get; init; }

    public long? SizeMax { get; init; }

    /// <summary>By time of modification, inclusive.</summary>
    public DateTimeOffset? NewerThan { get; init; }

    public DateTimeOffset? OlderThan { get; init; }
}

/// <param name="Snapshots">How many were searched.</param>
/// <param name="Paths">How many paths match in one of them.</param>
/// <param name="Versions">Distinct states of these paths.</param>
/// <param name="Problems">Snapshots that cannot be read, and so were not searched.</param>
public sealed record FindReport(int Snapshots, long Paths, long Versions, IReadOnlyList<ObjectProblem> Problems);

public static class FindUseCase
{
    /// <param name="receive">Gets the paths one by one, in the order of manifests.</param>
    public static async Task<FindReport> RunAsync(
        AppEnvironment environment, FindRequest request, Action<FoundPath> receive,
        CancellationToken cancellationToken)
    {
        var query = new FindQuery(request);
        await using var open = await OpenSnapshots.OpenAsync(environment, request.Access, cancellationToken);
        var listing = await SnapshotCatalog.ListAsync(open.Session.Repository, cancellationToken);
        var snapshots = request.Snapshots.Select(listing.Snapshots);
        var monitor = new WorkMonitor("searching");
        environment.Events.Watch(monitor);
        var (paths, versions) = (0L, 0L);
        var options = new FindOptions { Matches = query.Matches, Range = query.Range };
        await foreach (var found in FindOperation.RunAsync(
            open.Session, snapshots, options, monitor, cancellationToken))
        {
            paths++;
            versions += found.Versions.Count;
            receive(found);
        }
        return new FindReport(snapshots.Count, paths, versions, listing.Problems);
    }
}
