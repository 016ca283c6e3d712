namespace Cairn.Storage.Local;

public sealed record LocalStoreOptions
{
    /// <summary>
    /// Whether a PUT may create the repository's folder. Only for `init`: elsewhere a missing folder means a disk that
    /// is not mounted, and a backup into the mount point would look like one on the disk.
    /// </summary>
    public bool CreateRoot { get; init; }

    /// <summary>Calls that wait for the disk at once; 1 to 64.</summary>
    public int Concurrency { get; init; } = 4;
}
