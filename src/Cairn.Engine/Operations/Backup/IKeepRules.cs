using Cairn.Engine.Entries;

namespace Cairn.Engine.Operations.Backup;

/// <summary>Says of what is gone from the source whether the next snapshots have it still. Any thread.</summary>
public interface IKeepRules
{
    /// <param name="path">Absolute.</param>
    bool Keeps(ReadOnlySpan<byte> path, EntryKind kind);
}
