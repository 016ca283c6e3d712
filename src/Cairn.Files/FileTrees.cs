using Cairn.Engine.Sources;
using Cairn.Files.Portable;
using Cairn.Files.Restoring;
using Cairn.Files.Walking;

namespace Cairn.Files;

/// <summary>
/// The readers and writers of this system: on Linux by its own calls, with all that a file has; elsewhere by what .NET
/// offers.
/// </summary>
public static class FileTrees
{
    public static IFileSource Source(FileTreeOptions options) =>
        OperatingSystem.IsLinux() ? new FileTreeSource(options) : new PortableTreeSource(options);

    /// <param name="path">Absolute; directories that are missing are made.</param>
    public static ITreeTarget Target(ReadOnlySpan<byte> path, RestoreTargetOptions options) =>
        OperatingSystem.IsLinux() ? DirectoryTarget.Open(path, options) : PortableTarget.Open(path, options);
}
