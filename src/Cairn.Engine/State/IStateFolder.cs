namespace Cairn.Engine.State;

/// <summary>
/// Local state of one repository on this machine: a flat folder of files that are written once, whole, and read through
/// memory maps. All of it is a disposable cache (INV-7): whatever is missing or damaged is rebuilt from the repository.
/// </summary>
public interface IStateFolder
{
    IReadOnlyList<string> List();

    /// <summary>Maps a file for reading, or null if there is none.</summary>
    IMappedFile? TryOpen(string name);

    /// <summary>Begins a file that appears under its name, replacing any former one, only on commit.</summary>
    IStateWriter Create(string name);

    /// <summary>Removes a file; maps of it that are open stay readable.</summary>
    void Delete(string name);
}

/// <summary>A read-only view of a file. Any thread may read; nobody may after disposal.</summary>
public interface IMappedFile : IDisposable
{
    long Length { get; }

    /// <summary>The bytes at that place; they must lie inside the file.</summary>
    ReadOnlySpan<byte> Slice(long offset, int length);

    /// <summary>
    /// Gives the memory of that part back to the system, for nobody will read it soon. Whoever does, even now, sees the
    /// same bytes, and waits for them once.
    /// </summary>
    void Evict(long offset, long length);
}

/// <summary>An append-only writer; buffered. Disposed without commit, it leaves nothing behind.</summary>
public interface IStateWriter : IDisposable
{
    long Position { get; }
    void Write(ReadOnlySpan<byte> bytes);

    /// <summary>Makes the file appear atomically. After a power cut it may be gone or damaged: it is a cache.</summary>
    void Commit();
}
