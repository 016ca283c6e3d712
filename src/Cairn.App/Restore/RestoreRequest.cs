using Cairn.App.Access;
using Cairn.App.Snapshots;
using Cairn.Engine.Operations.Restore;
using Cairn.Engine.Snapshots;
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
    /// What to do with what is in the target already; null: the target must be empty. <see
    /// cref="OverwriteRule.IfChanged"/> also goes on with a restore that was cut off.
    /// </summary>
    public OverwriteRule? Overwrite { get; init; }

    /// <summary>Make the target a mirror: delete what the snapshot does not have.</summary>
    public bool Deletes { get; init; }

    /// <summary>Asked before anything is deleted, unless there is nothing to delete; null refuses.</summary>
    public Func<DeletePlan, bool>? ConfirmDelete { get; init; }

    /// <summary>Patterns as bytes, for the absolute paths in the snapshot; none: everything.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Include { get; init; } = [];

    public IReadOnlyList<ReadOnlyMemory<byte>> Exclude { get; init; } = [];

    /// <summary><c>OLD=NEW</c>, both below the target.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Renames { get; init; } = [];

    /// <summary>Owners by number, whatever the names mean here.</summary>
    public bool NumericOwner { get; init; }

    /// <summary>Everything belongs to who restores.</summary>
    public bool NoOwner { get; init; }

    public bool IsDryRun { get; init; }
}

public sealed record RestoreReport(SnapshotInfo Snapshot, ReadOnlyMemory<byte> Target, RestoreResult Result)
{
    /// <summary>What was deleted, or would be in a dry run.</summary>
    public DeletePlan Deleted { get; init; } = DeletePlan.Nothing;
}
