using Cairn.App.Access;
using Cairn.App.Interop;
using Cairn.App.Reading;
using Cairn.App.Snapshots;
using Cairn.App.Text;
using Cairn.Engine.Operations.Restore;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Sources;
using Cairn.Files.Restoring;

namespace Cairn.App.Restore;

public sealed record RestoreRequest
{
    public required AccessOptions Access { get; init; }
    public required SnapshotReference Snapshot { get; init; }
    public string? Host { get; init; }

    /// <summary>The directory to restore into; made if missing.</summary>
    public required ReadOnlyMemory<byte> Target { get; init; }

    /// <summary>
    /// Also into a directory that is not empty: replaces what differs, leaves alone what is there already, and so also
    /// goes on with a restore that was cut off.
    /// </summary>
    public bool Overwrite { get; init; }

    /// <summary>Owners by number, whatever the names mean here.</summary>
    public bool NumericOwner { get; init; }

    public bool IsDryRun { get; init; }
}

public sealed record RestoreReport(SnapshotInfo Snapshot, ReadOnlyMemory<byte> Target, RestoreResult Result);

public static class RestoreUseCase
{
    public static async Task<RestoreReport> RunAsync(
        AppEnvironment environment, RestoreRequest request, CancellationToken cancellationToken)
    {
        var path = PathBytes.MakeAbsolute(request.Target.Span, environment.WorkingFolder.Span);
        await using var open = await OpenSnapshots.OpenAsync(environment, request.Access, cancellationToken);
        var snapshot = await open.FindAsync(request.Snapshot, request.Host, environment.Events, cancellationToken);
        // What was there before keeps its own owner, mode and time: it may be somebody's /tmp.
        var isNew = Libc.Resolve(path) is null;
        using var target = request.IsDryRun ? new NowhereTarget() : OpenTarget(path, request);
        var monitor = new RestoreMonitor();
        var options = new RestoreOptions
        {
            Path = request.Snapshot.Path, Workers = environment.Workers, IsDryRun = request.IsDryRun,
            FinishesTarget = isNew,
        };
        environment.Events.Start(
            $"restoring {Describe(request.Snapshot.Path)} of snapshot {snapshot.ShortId} to {ByteText.Show(path)}",
            monitor);
        var result = await RestoreOperation.RunAsync(
            open.Session, snapshot, target, options, monitor, cancellationToken);
        return new RestoreReport(snapshot, path, result);
    }

    static IRestoreTarget OpenTarget(byte[] path, RestoreRequest request)
    {
        var target = DirectoryTarget.Open(
            path, new RestoreTargetOptions { ReplaceExisting = request.Overwrite,
                NumericOwner = request.NumericOwner });
        if (request.Overwrite || target.IsEmpty())
            return target;
        target.Dispose();
        throw new RefusedException(
            $"the target {ByteText.Show(path)} is not empty",
            "restore into a new directory, or go on with an interrupted restore, or replace files, with --overwrite");
    }

    static string Describe(ReadOnlyMemory<byte> path) => path.IsEmpty ? "everything" : $"/{ByteText.Show(path)}";
}
