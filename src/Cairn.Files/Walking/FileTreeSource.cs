using Cairn.Engine.Sources;
using Cairn.Files.Selecting;

namespace Cairn.Files.Walking;

/// <summary>What to walk and how.</summary>
public sealed record FileTreeOptions
{
    /// <summary>
    /// Absolute paths as bytes, in any order; nested and repeated ones are merged. A symlink named here is followed,
    /// and so are links on the way to it: what lies there appears under the path as given. <c>.</c> and <c>..</c> are
    /// resolved by text.
    /// </summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> Sources { get; init; }

    /// <summary>Null: everything.</summary>
    public ISelection? Selection { get; init; }

    /// <summary>Directories on another file system than the source above them are recorded, but not entered.</summary>
    public bool OneFileSystem { get; init; }

    /// <summary>
    /// Links are what they lead to. Those that lead nowhere, or back to a directory above themselves, stay links, and
    /// are told.
    /// </summary>
    public bool FollowsLinks { get; init; }

    /// <summary>
    /// Absolute paths of directories that are left out by whatever link the walk comes there; what it comes to by their
    /// own paths is the selection's to leave out.
    /// </summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> NeverFollowedInto { get; init; } = [];

    /// <summary>
    /// Take an advisory lock on each file while it is read, waiting so long for others to release theirs; then it is
    /// read without, and marked. Null: locks are not looked at.
    /// </summary>
    public TimeSpan? LockWait { get; init; }

    /// <summary>For waiting.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>
/// The files of this computer. A directory without children (or with none selected) yields no batch; a batch is empty
/// only if all that was left of a large directory vanished. A batch that holds files keeps its directory open until
/// disposed, so whoever collects batches must bound their number.
/// </summary>
public sealed class FileTreeSource(FileTreeOptions options) : IFileSource
{
    readonly SourceNode _root = SourceTree.Build(options.Sources);

    public IEnumerable<DirectoryBatch> Walk(ISourceProblems problems, CancellationToken cancellationToken)
    {
        using var ahead = new WalkAhead(_root, options, problems, cancellationToken);
        using var attributes = new AttributeReader(new WalkProblems(problems));
        while (ahead.Next() is { } batch)
        {
            batch.ReadAttributes(attributes);
            yield return batch;
        }
    }
}
