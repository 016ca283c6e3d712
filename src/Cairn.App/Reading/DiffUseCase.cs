using Cairn.App.Access;
using Cairn.App.Snapshots;
using Cairn.Engine.Operations;
using Cairn.Engine.Operations.Diff;
using Cairn.Engine.Operations.Statistics;
using Cairn.Engine.Snapshots;

namespace Cairn.App.Reading;

public sealed record DiffRequest
{
    public required AccessOptions Access { get; init; }

    /// <summary>Without a path, or with the same as <see cref="After"/>.</summary>
    public required SnapshotReference Before { get; init; }
    public required SnapshotReference After { get; init; }

    /// <summary>Whose newest snapshot <c>latest</c> and <c>@TIME</c> mean; null for this machine's.</summary>
    public string? Host { get; init; }
}

/// <param name="New">What the second snapshot needs and the first does not; null where only a path was
/// compared.</param>
public sealed record DiffReport(SnapshotInfo Before, SnapshotInfo After, RowUsage? New);

public static class DiffUseCase
{
    /// <param name="receive">Gets the differences one by one, in the order of manifests.</param>
    public static async Task<DiffReport> RunAsync(
        AppEnvironment environment, DiffRequest request, Action<DiffEntry> receive,
        CancellationToken cancellationToken)
    {
        var path = request.After.Path.IsEmpty ? request.Before.Path : request.After.Path;
        if (!request.Before.Path.IsEmpty && !request.Before.Path.Span.SequenceEqual(path.Span))
            throw new UsageException(
                "the two snapshots can be compared at one and the same path only",
                "name it once: cairn diff SNAPSHOT SNAPSHOT:PATH");
        await using var open = await OpenSnapshots.OpenAsync(environment, request.Access, cancellationToken);
        var before = await open.FindAsync(request.Before, request.Host, environment.Events, cancellationToken);
        var after = await open.FindAsync(request.After, request.Host, environment.Events, cancellationToken);
        var monitor = new WorkMonitor("comparing");
        environment.Events.Watch(monitor);
        await foreach (var entry in DiffOperation.RunAsync(
            open.Session, before, after, path, monitor, cancellationToken))
            receive(entry);
        RowUsage? added = path.IsEmpty
            ? await StatisticsOperation.CompareAsync(open.Session, before, after, cancellationToken)
            : null;
        return new DiffReport(before, after, added);
    }
}
