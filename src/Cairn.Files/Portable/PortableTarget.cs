using System.Security.Cryptography;
using Cairn.Engine.Entries;
using Cairn.Engine.Sources;
using Cairn.Files.Restoring;

namespace Cairn.Files.Portable;

/// <summary>
/// A directory that a restore fills by what .NET offers: contents, links, modes and times. Links on the way are not
/// followed; but, as .NET works with paths, one that somebody plants in the very moment may be.
/// </summary>
sealed class PortableTarget : ITreeTarget
{
    const UnixFileMode PrivateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    readonly string _root;
    readonly RestoreTargetOptions _options;
    readonly PortableMetadataWriter _metadata;

    PortableTarget(string root, RestoreTargetOptions options)
    {
        _root = root;
        _options = options;
        _metadata = new PortableMetadataWriter(options);
    }

    public static PortableTarget Open(ReadOnlySpan<byte> path, RestoreTargetOptions options)
    {
        var root = PortablePath.TryToSystem(path)
            ?? throw new RestoreWriteException($"{PathText.Show(path)}: this system has no such path");
        Try(path, "the target directory cannot be created", () => Directory.CreateDirectory(root));
        return new PortableTarget(root, options);
    }

    public IReadOnlyCollection<string> Shortfalls => _metadata.Shortfalls.Lines();

    public bool IsEmpty() => !Directory.EnumerateFileSystemEntries(_root).Any();

    public void CreateDirectory(ReadOnlySpan<byte> path)
    {
        if (path.IsEmpty)
            return;
        var place = Locate(path);
        var info = new FileInfo(place);
        var isDirectory = info.LinkTarget is null && Directory.Exists(place);
        if (isDirectory && _options.Overwrite != OverwriteRule.Refuse)
            return;
        if (isDirectory || info.LinkTarget is not null || info.Exists)
            RequireReplaceable(path, isDirectory);
        Try(path, "the directory cannot be created", () =>
        {
            File.Delete(place);
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(place);
            else
                Directory.CreateDirectory(place, PrivateMode | UnixFileMode.UserExecute);
        });
    }

    public IRestoreFile CreateFile(ReadOnlySpan<byte> path, Entry entry)
    {
        var place = Locate(path);
        var temporary = TemporaryOf(place);
        var shown = path.ToArray();
        return Try(path, "cannot be created", () => new PortableRestoreFile(
            temporary, CreatePrivately(temporary),
            () => _metadata.Complete(temporary, shown, entry), () => MoveIntoPlace(temporary, place, shown), entry,
            shown));
    }

    public void WriteFile(ReadOnlySpan<byte> path, Entry entry, ReadOnlySpan<byte> content)
    {
        using var file = CreateFile(path, entry);
        if (!content.IsEmpty)
            file.Write(0, content);
        file.Complete();
    }

    public void CreateSpecial(ReadOnlySpan<byte> path, Entry entry)
    {
        if (entry.Kind != EntryKind.Symlink)
            throw new RestoreWriteException(
                $"{PathText.Show(path)}: cannot be created: fifos and devices cannot be made on this system");
        var place = Locate(path);
        var target = PortablePath.TryToText(entry.LinkTarget.Span) is { Length: > 0 } text && !text.Contains('\0')
            ? text
            : throw new RestoreWriteException($"{PathText.Show(path)}: the link's target is no path on this system");
        var shown = path.ToArray();
        // At once under its name, for it is never half there; and .NET moves no links to directories over others.
        Try(path, "cannot be created", () =>
        {
            ClearForReplacement(place, shown);
            // Only Windows tells links to directories from others.
            if (OperatingSystem.IsWindows() && Directory.Exists(Path.Combine(Path.GetDirectoryName(place)!, target)))
                Directory.CreateSymbolicLink(place, target);
            else
                File.CreateSymbolicLink(place, target);
            _metadata.CompleteLink(place, shown, entry);
        });
    }

    // .NET makes no hard links: a copy, and a word about it.
    public void CreateHardLink(ReadOnlySpan<byte> path, ReadOnlySpan<byte> existingPath)
    {
        var existing = Locate(existingPath);
        var place = Locate(path);
        if (string.Equals(existing, place, StringComparison.Ordinal))
            return;
        var temporary = TemporaryOf(place);
        var shown = path.ToArray();
        Try(path, $"cannot be copied from {PathText.Show(existingPath)}", () =>
        {
            var file = new FileInfo(existing);
            if (file.LinkTarget is { } target)
            {
                ClearForReplacement(place, shown);
                File.CreateSymbolicLink(place, target);
                return;
            }
            File.Copy(existing, temporary, overwrite: true);
            File.SetLastWriteTimeUtc(temporary, file.LastWriteTimeUtc);
            MoveIntoPlace(temporary, place, shown);
        });
        _metadata.Shortfalls.Add("further names of files could not be made, and are copies", path);
    }

    public void FinishDirectory(ReadOnlySpan<byte> path, Entry entry)
    {
        var place = path.IsEmpty ? _root : Locate(path);
        var shown = path.ToArray();
        Try(path, "mode or time of the directory cannot be set", () => _metadata.Complete(place, shown, entry));
    }

    public bool Keeps(ReadOnlySpan<byte> path, Entry entry)
    {
        var info = new FileInfo(Locate(path));
        if (!Path.Exists(info.FullName) && info.LinkTarget is null)
            return false;
        return _options.Overwrite switch
        {
            OverwriteRule.Never => true,
            OverwriteRule.IfNewer =>
                PortableMetadata.ToFileTime(info.LastWriteTimeUtc).CompareTo(entry.Modified) >= 0,
            _ => false,
        };
    }

    public bool IsAlreadyRestored(ReadOnlySpan<byte> path, Entry entry)
    {
        if (_options.Overwrite == OverwriteRule.Always)
            return false;
        var info = new FileInfo(Locate(path));
        if (entry.Kind == EntryKind.Symlink)
            return info.LinkTarget is { } target && PortablePath.TryToTarget(target) is { } bytes
                && entry.LinkTarget.Span.SequenceEqual(bytes);
        return entry.HasContent && info is { Exists: true, LinkTarget: null } && info.Length == entry.Size
            && PortableMetadata.IsSameTime(PortableMetadata.ToFileTime(info.LastWriteTimeUtc), entry.Modified)
            && _metadata.HasMode(info, entry);
    }

    public IReadOnlyList<TargetChild> List(ReadOnlySpan<byte> path)
    {
        var place = path.IsEmpty ? _root : Locate(path);
        if (!Directory.Exists(place) || new FileInfo(place).LinkTarget is not null)
            return [];
        return Try(path, "cannot be listed", () => new DirectoryInfo(place).EnumerateFileSystemInfos()
            .Select(info => (Name: PortablePath.TryToBytes(info.Name), Info: info))
            .Where(item => item.Name is not null)
            .Select(item => new TargetChild(item.Name!, item.Info.LinkTarget is not null ? EntryKind.Symlink
                : item.Info is DirectoryInfo ? EntryKind.Directory : EntryKind.File))
            .OrderBy(child => child.Name.ToArray(), new ByteOrder()).ToList());
    }

    public void Remove(ReadOnlySpan<byte> path)
    {
        var place = Locate(path);
        Try(path, "cannot be deleted", () =>
        {
            if (new FileInfo(place).LinkTarget is null && Directory.Exists(place))
                Directory.Delete(place, recursive: true);
            else
                File.Delete(place);
        });
    }

    public void Dispose() { }

    void MoveIntoPlace(string temporary, string place, ReadOnlySpan<byte> path)
    {
        // Onto a link to a directory .NET moves nothing.
        if (new FileInfo(place).LinkTarget is not null || Directory.Exists(place))
            ClearForReplacement(place, path);
        if (File.Exists(place))
            RequireReplaceable(path, isDirectory: false);
        File.Move(temporary, place, overwrite: true);
    }

    void ClearForReplacement(string place, ReadOnlySpan<byte> path)
    {
        var info = new FileInfo(place);
        var isDirectory = info.LinkTarget is null && Directory.Exists(place);
        if (isDirectory || info.LinkTarget is not null || info.Exists)
            RequireReplaceable(path, isDirectory);
        // A link alone: nothing in what it leads to.
        if (info.LinkTarget is not null && info.Attributes.HasFlag(FileAttributes.Directory))
            Directory.Delete(place);
        else
            File.Delete(place);
    }

    void RequireReplaceable(ReadOnlySpan<byte> path, bool isDirectory)
    {
        if (isDirectory || _options.Overwrite is OverwriteRule.Refuse or OverwriteRule.Never)
            throw new RestoreWriteException($"{PathText.Show(path)}: cannot be created: something is there already");
    }

    /// <summary>The path for .NET, if nothing on the way to it leads elsewhere.</summary>
    string Locate(ReadOnlySpan<byte> path)
    {
        TargetPath.Check(path);
        var place = _root;
        foreach (var range in path.Split((byte)'/'))
        {
            if (new FileInfo(place).LinkTarget is not null && place != _root)
                throw new RestoreWriteException(
                    $"{PathText.Show(path)}: there is a symbolic link on the way, which is not followed");
            var name = PortablePath.TryToName(path[range])
                ?? throw new RestoreWriteException(
                    $"{PathText.Show(path)}: this system cannot have a file of that name");
            place = Path.Combine(place, name);
        }
        return place;
    }

    // Nothing that somebody planted under that name is written through.
    static FileStream CreatePrivately(string temporary)
    {
        File.Delete(temporary);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = PrivateMode;
        return new FileStream(temporary, options);
    }

    static string TemporaryOf(string place)
    {
        var hash = SHA256.HashData(PortablePath.TryToBytes(Path.GetFileName(place))!);
        return Path.Combine(
            Path.GetDirectoryName(place)!, $".cairn-restore-{Convert.ToHexStringLower(hash.AsSpan(0, 8))}");
    }

    static void Try(ReadOnlySpan<byte> path, string what, Action action) =>
        Try(path, what, () =>
        {
            action();
            return true;
        });

    static T Try<T>(ReadOnlySpan<byte> path, string what, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw PortableRestoreFile.Failure(path, what, e);
        }
    }

    sealed class ByteOrder : IComparer<byte[]>
    {
        public int Compare(byte[]? left, byte[]? right) => left.AsSpan().SequenceCompareTo(right);
    }
}
