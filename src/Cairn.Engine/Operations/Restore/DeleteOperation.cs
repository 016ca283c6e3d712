using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Sources;

namespace Cairn.Engine.Operations.Restore;

/// <summary>
/// Makes a target the mirror of what is restored into it: first a plan of what the snapshot does not have, then, once
/// somebody agreed, its execution. Where the snapshot does not know all that was there, nothing is planned.
/// </summary>
public static class DeleteOperation
{
    /// <exception cref="Repositories.DamagedObjectException">The manifest is not whole: what is missing in it must not
    /// be deleted.</exception>
    public static async Task<DeletePlan> PlanAsync(
        ReadSession session, SnapshotInfo snapshot, IMirrorTarget target, RestoreOptions restore, DeleteOptions options,
        CancellationToken cancellationToken)
    {
        var root = await SnapshotPath.FindAsync(session, snapshot, restore.Path, cancellationToken);
        if (!root.IsTree)
            return DeletePlan.Nothing;
        var placer = new EntryPlacer(restore.Selection, []) { RootLength = root.Path.Length };
        var planner = new DeletePlanner(target, placer, root, options);
        planner.Begin(IsWholeRoot(snapshot, root));
        await foreach (var (block, lost) in SnapshotPath.Salvage(session, snapshot)
            .ReadAsync(root.Below, cancellationToken))
        {
            if (lost is not null)
                throw new Repositories.DamagedObjectException(
                    snapshot.Name.Key, Formats.FailureKind.Content,
                    $"its manifest is not whole, so nothing is deleted: {lost.Cause.Message}");
            planner.Add(block);
        }
        return planner.Finish();
    }

    /// <summary>What cannot be deleted is told like what cannot be restored.</summary>
    public static void Execute(DeletePlan plan, IMirrorTarget target, RestoreMonitor monitor)
    {
        foreach (var deletion in plan.Deletions)
        {
            try
            {
                target.Remove(deletion.Path.Span);
            }
            catch (RestoreWriteException e) when (!e.IsFatal)
            {
                monitor.Fail(deletion.Path.Span, e.Message, isDamage: false);
            }
        }
    }

    static bool IsWholeRoot(SnapshotInfo snapshot, SnapshotPath root) => root.Entry is { } entry
        ? DeletePlanner.IsWhole(entry)
        : snapshot.Roots.Any(path => path.Span.SequenceEqual("/"u8));
}

public sealed record DeleteOptions
{
    /// <summary>Also directories that stand where the snapshot has something else.</summary>
    public bool ReplacesDirectories { get; init; }

    /// <summary>Paths below the target that stay, with what is in them and what they are in.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Protected { get; init; } = [];
}
