using Cairn.Engine.Entries;
using Cairn.Files.Restoring;

namespace Cairn.Files.Portable;

/// <summary>Sets what .NET can set, and counts what it cannot. Any thread.</summary>
sealed class PortableMetadataWriter(RestoreTargetOptions options)
{
    // They would lend the rights of who restores, as the owner is not set.
    const ushort SetIdBits = 0xC00;

    public ShortfallList Shortfalls { get; } = new();

    public void Complete(string path, ReadOnlySpan<byte> shown, Entry entry)
    {
        if (entry.Attributes.Count > 0 && entry.Kind != EntryKind.Stream)
            Shortfalls.Add("extended attributes could not be set", shown);
        if (entry.InodeFlags != 0)
            Shortfalls.Add("the inode flags could not be set", shown);
        if (!options.NoOwner && entry.Owner != PortableMetadata.Unknown)
            Shortfalls.Add("the owner could not be set", shown);
        var isAncestor = (entry.Marks & EntryMarks.Ancestor) != 0;
        if (PortableMetadata.ToDateTime(entry.Modified) is not { } time)
            Shortfalls.Add("the time of modification could not be set", shown);
        else if (!isAncestor && entry.Kind == EntryKind.Directory)
            Directory.SetLastWriteTimeUtc(path, time);
        else if (!isAncestor)
            File.SetLastWriteTimeUtc(path, time);
        // Last, for it may take the right to write away.
        if (OperatingSystem.IsWindows())
            SetReadOnly(path, entry);
        else
            File.SetUnixFileMode(path, ModeOf(entry));
        if ((entry.Mode & SetIdBits) != 0)
            Shortfalls.Add("set-id bits were left out, as owners cannot be set", shown);
    }

    public void CompleteLink(string path, ReadOnlySpan<byte> shown, Entry entry)
    {
        if (PortableMetadata.ToDateTime(entry.Modified) is { } time)
            File.SetLastWriteTimeUtc(path, time);
        else
            Shortfalls.Add("the time of modification could not be set", shown);
    }

    public bool HasMode(FileInfo info, Entry entry) => OperatingSystem.IsWindows()
        ? PortableMetadata.ModeOf(info) == entry.Mode || info.IsReadOnly == IsReadOnly(entry)
        : info.UnixFileMode == ModeOf(entry);

    static UnixFileMode ModeOf(Entry entry) => (UnixFileMode)(entry.Mode & ~SetIdBits);

    static bool IsReadOnly(Entry entry) => (entry.Mode & 0x80) == 0;

    static void SetReadOnly(string path, Entry entry)
    {
        if (entry.HasContent && IsReadOnly(entry))
            File.SetAttributes(path, File.GetAttributes(path) | FileAttributes.ReadOnly);
    }
}
