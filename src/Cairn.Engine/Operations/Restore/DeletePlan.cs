namespace Cairn.Engine.Operations.Restore;

/// <summary>What stands in a target and is not in the snapshot: to be told before anything is deleted.</summary>
public sealed record DeletePlan(IReadOnlyList<Deletion> Deletions)
{
    public static readonly DeletePlan Nothing = new([]);
}

/// <param name="Path">Relative to the target; a directory goes with everything in it.</param>
public sealed record Deletion(ReadOnlyMemory<byte> Path, bool IsDirectory);
