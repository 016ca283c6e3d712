using Cairn.Engine.Entries;

namespace Cairn.Engine.Sources;

/// <summary>
/// Where a restore writes: a tree below one directory that it never leaves, whatever the names or planted links.
/// Paths are relative, components joined by '/', as bytes. All members may be called from several threads; a
/// directory is created before anything in it and finished after everything in it. Whatever cannot be done throws
/// <see cref="RestoreWriteException"/>; what can be done only in part (an owner that only root may set) is reported to
/// the target's own list of <see cref="Shortfalls"/>.
/// </summary>
public interface IRestoreTarget : IDisposable
{
    void CreateDirectory(ReadOnlySpan<byte> path);

    /// <summary>Creates an empty file for writing; an existing one is replaced only where the target's options say
    /// so.</summary>
    IRestoreFile CreateFile(ReadOnlySpan<byte> path, Entry entry);

    /// <summary>Creates and writes a small file with its metadata at once: the common case, the fast path.</summary>
    void WriteFile(ReadOnlySpan<byte> path, Entry entry, ReadOnlySpan<byte> content);

    /// <summary>Symlinks, fifos and devices, with their metadata.</summary>
    void CreateSpecial(ReadOnlySpan<byte> path, Entry entry);

    void CreateHardLink(ReadOnlySpan<byte> path, ReadOnlySpan<byte> existingPath);

    /// <summary>Sets a directory's metadata once nothing in it will change any more.</summary>
    void FinishDirectory(ReadOnlySpan<byte> path, Entry entry);

    /// <summary>
    /// Whether this very file is there already, whole, from a restore that was cut off. No, without a look, where the
    /// target's options refuse whatever is there.
    /// </summary>
    bool IsAlreadyRestored(ReadOnlySpan<byte> path, Entry entry);

    /// <summary>
    /// Whether what stands there stays, whatever it is, by the target's options. It is no other name of anything then.
    /// </summary>
    bool Keeps(ReadOnlySpan<byte> path, Entry entry) => false;

    /// <summary>Everything is written: sets what would have stood in the way (immutable, say). Called once.</summary>
    void Complete() { }

    IReadOnlyCollection<string> Shortfalls { get; }
}

/// <summary>A file being restored. Disposed without <see cref="Complete"/>, it is removed.</summary>
public interface IRestoreFile : IDisposable
{
    /// <summary>Writes at an offset; from several threads at once for distinct ranges. What is never written is a
    /// hole.</summary>
    void Write(long offset, ReadOnlySpan<byte> content);

    /// <summary>Sets length and metadata: the file is whole now.</summary>
    void Complete();
}

public sealed class RestoreWriteException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Nothing further can be written either (the disk is full, say), so the restore stops.</summary>
    public bool IsFatal { get; init; }
}
