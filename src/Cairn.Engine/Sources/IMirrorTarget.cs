using Cairn.Engine.Entries;

namespace Cairn.Engine.Sources;

/// <param name="Kind">Null for what a snapshot cannot hold (a socket).</param>
public readonly record struct TargetChild(ReadOnlyMemory<byte> Name, EntryKind? Kind);

/// <summary>A restore target from which what the snapshot does not have can be removed. Paths as in
/// <see cref="IRestoreTarget"/>.</summary>
public interface IMirrorTarget
{
    /// <summary>
    /// What is in a directory of the target, sorted by name (unsigned bytes); nothing if there is no such directory, or
    /// only a link to one.
    /// </summary>
    /// <exception cref="RestoreWriteException">It cannot be listed.</exception>
    IReadOnlyList<TargetChild> List(ReadOnlySpan<byte> path);

    /// <summary>Removes it with everything in it, but nothing of another file system mounted there.</summary>
    /// <exception cref="RestoreWriteException">It is still there, or a part of it.</exception>
    void Remove(ReadOnlySpan<byte> path);
}
