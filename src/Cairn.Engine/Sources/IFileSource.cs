using Cairn.Engine.Entries;

namespace Cairn.Engine.Sources;

/// <summary>
/// Yields what a backup reads, in the order of the manifest: for each directory all its children sorted by name
/// (unsigned bytes), then the same for each child directory in that order. Synchronous: one thread takes the batches,
/// the engine's workers read contents meanwhile.
/// </summary>
public interface IFileSource
{
    /// <summary>
    /// Walks once. Whatever cannot be read is told to <paramref name="problems"/> and left out (INV-6), never thrown,
    /// except for a source that is missing as a whole.
    /// </summary>
    IEnumerable<DirectoryBatch> Walk(ISourceProblems problems, CancellationToken cancellationToken);
}

/// <summary>Receives what a walk or a read could not do. May be called from any thread.</summary>
public interface ISourceProblems
{
    void Report(SourceProblem problem);
}

/// <param name="Path">Absolute path as bytes.</param>
/// <param name="Message">What happened, for a person ("permission denied").</param>
/// <param name="IsError">Something is missing from the snapshot now (exit code 3), rather than worth a note.</param>
public sealed record SourceProblem(ReadOnlyMemory<byte> Path, string Message, bool IsError);

/// <summary>
/// Children of one directory; a large directory comes in several batches. Whoever takes a batch disposes it when no
/// entry of it will be opened any more (the directory's handle is then closed).
/// </summary>
public abstract class DirectoryBatch : IDisposable
{
    /// <summary>Path of the directory from the root, components joined by '/', no leading slash; empty for the
    /// root.</summary>
    public required ReadOnlyMemory<byte> DirectoryPath { get; init; }

    public required IReadOnlyList<Entry> Entries { get; init; }

    /// <summary>False if another batch of the same directory follows.</summary>
    public required bool IsLast { get; init; }

    /// <summary>
    /// Opens a file of this batch for reading. Throws <see cref="SourceReadException"/> if it vanished, cannot be
    /// opened, or is another file by now. Brings size and times of the entry up to the file's: it may have changed
    /// since it was listed, and what is read belongs to that state. May be called from several threads, until
    /// disposal.
    /// </summary>
    public abstract ISourceFile Open(Entry entry);

    public abstract void Dispose();
}

/// <summary>An open file of the source; one thread at a time.</summary>
public interface ISourceFile : IDisposable
{
    /// <summary>Reads up to the span's length at the position after the last read; 0 at the end.</summary>
    int Read(Span<byte> destination);

    /// <summary>Whether fewer blocks are allocated than the size takes: only then is it worth asking for
    /// extents.</summary>
    bool MayHaveHoles { get; }

    /// <summary>The next data extent at or after the offset, or null if only a hole follows to the end.</summary>
    (long Offset, long Length)? NextData(long offset);

    /// <summary>Sets where the next read begins.</summary>
    void Seek(long offset);

    /// <summary>Whether size, mtime or ctime differ from those at opening: the file changed while being read.</summary>
    bool HasChanged { get; }
}

/// <summary>A file of the source could not be read. <see cref="Vanished"/> tells the harmless case.</summary>
public sealed class SourceReadException(string message, bool vanished, Exception? inner = null)
    : Exception(message, inner)
{
    public bool Vanished { get; } = vanished;
}

/// <summary>The source as a whole is not there or empty against expectation: the run stops rather than record
/// that.</summary>
public sealed class SourceMissingException(string message) : Exception(message);

/// <summary>Hardly anything of what the source had is there any more: the run stops rather than record that.</summary>
public sealed class SourceCollapsedException(string message) : Exception(message);
