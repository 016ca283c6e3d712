using Cairn.Engine.Sources;

namespace Cairn.Engine.Operations.Backup;

/// <summary>What is backed up: a tree of files, or streams, or both in one snapshot.</summary>
public sealed record BackupInput
{
    public IFileSource? Files { get; init; }
    public IReadOnlyList<IStreamSource> Streams { get; init; } = [];

    /// <summary>What went wrong already while it was gathered: recorded with what this run meets.</summary>
    public IReadOnlyList<SourceProblem> Problems { get; init; } = [];
}

/// <summary>Bytes that come once, from standard input or a program. Read by one thread.</summary>
public interface IStreamSource
{
    /// <summary>Its name in the snapshot: without a slash.</summary>
    string Name { get; }

    /// <summary>
    /// Whether its failure ends the run. Otherwise it is left out and reported, and the rest is recorded without it.
    /// </summary>
    bool IsRequired => true;

    /// <summary>What it is, in words; empty if nobody said. Good after <see cref="RequireSuccess"/>.</summary>
    string Description => "";

    /// <summary>The command that takes the content when it is restored, or empty. Good after
    /// <see cref="RequireSuccess"/>.</summary>
    string RestoreThrough => "";

    /// <summary>Blocks until there is something; 0 at the end.</summary>
    int Read(Span<byte> destination);

    /// <summary>
    /// Called after the end: throws <see cref="StreamFailedException"/> if what made the bytes has failed, so that
    /// half a dump never becomes a snapshot. Reading may throw it too.
    /// </summary>
    void RequireSuccess();
}

public sealed class StreamFailedException(string message) : Exception(message);
