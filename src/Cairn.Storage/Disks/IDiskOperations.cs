namespace Cairn.Storage.Disks;

/// <summary>
/// The few calls of a file system that a store is made of: the seam under which tests put faults and power cuts.
/// Each member is one call, or as few as it takes, and promises no more than POSIX does: what was written is durable
/// after <see cref="IDiskFile.Sync"/>, a name after <see cref="SyncDirectory"/> of the directory that holds it.
/// Failures are <see cref="DiskException"/>. All members may be called concurrently; all block.
/// </summary>
public interface IDiskOperations
{
    /// <summary>
    /// Creates a file that only its owner may read or write, whatever the umask; fails if the name is taken.
    /// </summary>
    IDiskFile CreateNew(string path);

    IDiskFile OpenRead(string path);

    /// <summary>Creates a directory for its owner only, whatever the umask; fails if the name is taken.</summary>
    void MakeDirectory(string path);

    void SyncDirectory(string path);

    /// <summary>
    /// Moves a file to a free name atomically; <see cref="Errno.Exists"/> if it is taken, and an error that says
    /// "not supported" in one of several ways where the file system cannot.
    /// </summary>
    void RenameWithoutReplacing(string from, string to);

    /// <summary>Gives a file a second name atomically; <see cref="Errno.Exists"/> if it is taken.</summary>
    void Link(string from, string to);

    void Unlink(string path);

    /// <summary>Facts about what the name leads to, symbolic links followed; null if there is nothing.</summary>
    DiskFacts? Stat(string path);

    /// <summary>Every name in a directory, in any order, without <c>.</c> and <c>..</c>.</summary>
    void ReadDirectory(string path, Action<DiskName> visit);
}

/// <summary>An open file. One thread at a time, but for <see cref="Read"/>.</summary>
public interface IDiskFile : IDisposable
{
    /// <summary>Appends all of the parts.</summary>
    void Write(IReadOnlyList<ReadOnlyMemory<byte>> parts);

    void Sync();

    /// <summary>Fills the span from the offset on; returns fewer bytes only where the file ends.</summary>
    int Read(Span<byte> destination, long offset);

    DiskFacts Stat();
}

public enum DiskKind
{
    /// <summary>
    /// The directory does not tell, or it is a symbolic link: ask <see cref="IDiskOperations.Stat"/>.
    /// </summary>
    Unknown,
    File,
    Directory,
    Other,
}

public readonly record struct DiskName(string Name, DiskKind Kind);

public readonly record struct DiskFacts(DiskKind Kind, long Size, DateTimeOffset Modified, uint OwnerId);
