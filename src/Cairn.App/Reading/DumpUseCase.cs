using Cairn.App.Access;
using Cairn.App.Snapshots;
using Cairn.Engine.Operations.Dump;
using Cairn.Engine.Snapshots;

namespace Cairn.App.Reading;

public sealed record DumpRequest
{
    public required AccessOptions Access { get; init; }
    public required SnapshotReference Snapshot { get; init; }
    public string? Host { get; init; }
}

public static class DumpUseCase
{
    /// <param name="output">Gets the content, and nothing that was not authenticated. Borrowed.</param>
    public static async Task<SnapshotInfo> RunAsync(
        AppEnvironment environment, DumpRequest request, Stream output, CancellationToken cancellationToken)
    {
        await using var open = await OpenSnapshots.OpenAsync(environment, request.Access, cancellationToken);
        var snapshot = await open.FindAsync(request.Snapshot, request.Host, environment.Events, cancellationToken);
        var monitor = new DumpMonitor();
        environment.Events.Start($"reading from snapshot {snapshot.ShortId}", monitor);
        var options = new DumpOptions { Path = request.Snapshot.Path, Workers = environment.Workers };
        await DumpOperation.RunAsync(open.Session, snapshot, output, options, monitor, cancellationToken);
        await output.FlushAsync(cancellationToken);
        return snapshot;
    }
}
