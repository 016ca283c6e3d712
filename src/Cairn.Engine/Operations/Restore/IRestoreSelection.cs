using Cairn.Engine.Entries;

namespace Cairn.Engine.Operations.Restore;

public enum RestoreVerdict
{
    /// <summary>Restored, with everything beneath that is not left out.</summary>
    Include,

    /// <summary>Not restored for its own sake; a directory is, if something beneath is included.</summary>
    Pass,

    /// <summary>Left out, with everything beneath.</summary>
    Exclude,
}

/// <summary>Decides what of a snapshot is restored. Asked on one thread.</summary>
public interface IRestoreSelection
{
    /// <param name="path">In the snapshot: absolute, as bytes; a stream's name has no slash in front.</param>
    RestoreVerdict Decide(ReadOnlySpan<byte> path, EntryKind kind);
}

/// <summary>What would go to the first path, or below it, goes to the second. Relative to the target.</summary>
public sealed record RestoreRename(ReadOnlyMemory<byte> Old, ReadOnlyMemory<byte> New);
