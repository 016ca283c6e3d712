using Cairn.Files.Interop;

namespace Cairn.Files.Restoring;

/// <summary>
/// An open directory of the target with what was learnt about it. Used under a share of its descriptor, so that the
/// cache may drop it at any time.
/// </summary>
sealed class TargetDirectory(int descriptor) : IDisposable
{
    readonly FileDescriptor _directory = new(descriptor);

    public int Number => _directory.Number;

    /// <summary>When it was last asked for, in steps of the cache.</summary>
    public long LastUse { get; set; }

    /// <summary>
    /// Whether a file gets the mode it is created with, less the umask. Else an access control list has a say.
    /// </summary>
    public bool HonoursMode { get; } = !Libc.HasDefaultAcl(descriptor);

    /// <summary>
    /// Who owns what we create here; null until something was. The group depends on the directory and on the mount.
    /// Written by any thread, always to the same value, hence a reference.
    /// </summary>
    public OwnerNumbers? CreatedOwner { get; set; }

    public TargetDirectory Share()
    {
        _directory.Share();
        return this;
    }

    public void Release() => _directory.Release();

    public void Dispose() => _directory.Dispose();
}

/// <summary>A directory borrowed from the cache.</summary>
readonly ref struct DirectoryLease(TargetDirectory directory)
{
    public TargetDirectory Directory { get; } = directory;

    public int Number => Directory.Number;

    public void Dispose() => Directory.Release();
}
