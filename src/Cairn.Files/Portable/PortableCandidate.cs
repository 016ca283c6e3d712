using Cairn.Engine.Entries;
using Cairn.Files.Selecting;

namespace Cairn.Files.Portable;

/// <summary>A name in a directory, for a selection to ask about.</summary>
sealed class PortableCandidate(FileSystemInfo info) : ICandidate
{
    public (long Size, FileTime Modified)? SizeAndTime => info is FileInfo { Exists: true } file
        ? (file.Length, PortableMetadata.ToFileTime(file.LastWriteTimeUtc))
        : null;

    public bool Contains(ReadOnlySpan<byte> name) =>
        PortablePath.TryToText(name) is { } text && Path.Exists(Path.Combine(info.FullName, text));

    public bool ContainsFile(ReadOnlySpan<byte> name, ReadOnlySpan<byte> beginning)
    {
        if (PortablePath.TryToText(name) is not { } text)
            return false;
        try
        {
            var file = new FileInfo(Path.Combine(info.FullName, text));
            // Something that is longer than nothing is no fifo, which would wait for a writer.
            if (file.LinkTarget is not null || file.Length < beginning.Length)
                return false;
            using var handle = File.OpenHandle(file.FullName, share: FileShare.ReadWrite | FileShare.Delete);
            var content = new byte[beginning.Length];
            return RandomAccess.Read(handle, content, 0) == content.Length && beginning.SequenceEqual(content);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
