using Cairn.Engine.Sources;

namespace Cairn.Engine.Operations.Backup;

/// <summary>What is backed up: a tree of files, or streams, or both in one snapshot.</summary>
public sealed record BackupInput
{
    public IFileSource? Files { get; init; }
    public IReadOnlyList<IStreamSource> Streams { get; init; } = [];
}

/// <summary>Bytes that come once, from standard input or a program. Read by one thread.</summary>
public interface IStreamSource
{
    /// <summary>Its name in the snapshot: without a slash.</summary>
    string Name { get; }

    /// <summary>Blocks until there is something; 0 at the end.</summary>
    int Read(Span<byte> destination);

    /// <summary>
    /// Called after the end: throws <see cref="StreamFailedException"/> if what made the bytes has failed, so that
    /// half a dump never becomes a snapshot.
    /// </summary>
    void RequireSuccess();
}

public sealed class StreamFailedException(string message) : Exception(message);
