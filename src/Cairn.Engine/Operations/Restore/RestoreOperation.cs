using Cairn.Engine.Entries;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Sources;

namespace Cairn.Engine.Operations.Restore;

/// <summary>
/// Restores a snapshot or a part of it. Content is read in the order of packs, each of which is fetched and decoded at
/// most once per batch (<see cref="RestoreBatch"/>), whichever files its blobs belong to. What is damaged costs the
/// files that need it and no others; every such file is told, and none is left half under its name.
/// </summary>
public static class RestoreOperation
{
    /// <exception cref="PathNotFoundException">The snapshot has no such path.</exception>
    /// <exception cref="RestoreWriteException">Nothing further can be written.</exception>
    public static async Task<RestoreResult> RunAsync(
        ReadSession session, SnapshotInfo snapshot, IRestoreTarget target, RestoreOptions options,
        RestoreMonitor monitor, CancellationToken cancellationToken)
    {
        var fetchedBefore = session.Blobs.BytesFetched;
        monitor.Begin("reading the manifest");
        var root = await SnapshotPath.FindAsync(session, snapshot, options.Path, cancellationToken);
        if (root.IsRoot && options.Selection is null)
            monitor.Expect(snapshot.Statistics.Files, snapshot.Statistics.Bytes);
        await using (var planner = new RestorePlanner(session, target, options, monitor))
        {
            monitor.Begin("restoring");
            if (root.IsTree)
                await planner.RunAsync(SnapshotPath.Salvage(session, snapshot), root, cancellationToken);
            else
                await planner.RunSingleAsync(root.Entry!, cancellationToken);
        }
        if (options.FinishesTarget && !options.IsDryRun && root is { IsTree: true, Entry: { } directory })
            Finish(target, directory, monitor);
        if (!options.IsDryRun)
            target.Complete();
        return monitor.ToResult(
            session.Blobs.BytesFetched - fetchedBefore, options.IsDryRun ? [] : target.Shortfalls);
    }

    static void Finish(IRestoreTarget target, Entry directory, RestoreMonitor monitor)
    {
        try
        {
            target.FinishDirectory(path: [], directory);
        }
        catch (RestoreWriteException e) when (!e.IsFatal)
        {
            monitor.Fail("."u8, e.Message, isDamage: false);
        }
    }
}
