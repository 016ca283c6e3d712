using Cairn.Engine.Entries;
using Cairn.Files.Selecting;
using Cairn.Files.Walking;

namespace Cairn.Files.Portable;

/// <summary>Makes entries of names. One thread.</summary>
sealed class PortableEntries
{
    const int LookaheadMax = 256;

    readonly FileTreeOptions _options;
    readonly WalkProblems _problems;
    readonly PathBuilder _paths = new();
    readonly HashSet<string> _closed;

    public PortableEntries(FileTreeOptions options, WalkProblems problems)
    {
        _options = options;
        _problems = problems;
        _closed = options.FollowsLinks
            ? [.. options.NeverFollowedInto.Select(path => PortablePath.TryToSystem(path.Span))
                .Select(path => path is null ? null : RealPath.Of(path)).OfType<string>()]
            : [];
    }

    public bool IsSelected(PortableFrame frame, ReadOnlySpan<byte> name, FileSystemInfo info)
    {
        if (_options.Selection is not { } selection)
            return true;
        var seen = Behind(info) ?? info;
        var verdict = selection.Decide(
            _paths.Absolute(frame.Path, name), KindOf(seen), new PortableCandidate(seen));
        return verdict == Verdict.Include || verdict == Verdict.Scan
            && (info.LinkTarget is not null
                || FindsAnything(selection, PathBuilder.Child(frame.Path, name), (DirectoryInfo)info, depth: 0));
    }

    /// <summary>Null if nothing is to be recorded; a directory that is to be entered goes to the children.</summary>
    public Entry? Make(PortableFrame frame, byte[] name, List<PortableFrame> children)
    {
        var node = frame.Node?.Find(name);
        if (PortablePath.TryToSystem(_paths.Absolute(frame.Path, name)) is not { } path)
            return Fail(frame, name, "has a name that this system cannot have");
        try
        {
            var info = InfoOf(path);
            var isLink = info.LinkTarget is not null;
            var target = isLink && (node is not null || _options.FollowsLinks) ? Follow(frame, name, node, path) : null;
            var seen = target ?? info;
            if (!seen.Exists && seen.LinkTarget is null)
            {
                _problems.Note(frame.Path, name, "vanished while its directory was read");
                return null;
            }
            var isAncestor = node is { IsSource: false }
                && (isLink || frame.IsAncestor || IsExcluded(frame, name, info));
            var entry = ToEntry(name, seen, isAncestor);
            if (entry.Kind != EntryKind.Directory)
                return entry;
            var real = target?.FullName ?? JoinReal(frame, path);
            if (real is not null && _closed.Contains(real))
            {
                _problems.Note(frame.Path, name, "is a folder of Cairn's own: left out");
                return null;
            }
            Enter(frame, entry, node, path, real, isAncestor, children);
            return entry;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Fail(frame, name, $"cannot be examined: {PortableMetadata.Describe(e)}");
        }
    }

    /// <summary>Null if it can be listed.</summary>
    public static string? WhyNotListed(string directory)
    {
        try
        {
            using var any = Directory.EnumerateFileSystemEntries(directory).GetEnumerator();
            any.MoveNext();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return PortableMetadata.Describe(e);
        }
    }

    void Enter(
        PortableFrame frame, Entry entry, SourceNode? node, string path, string? real, bool isAncestor,
        List<PortableFrame> children)
    {
        if (node is null && WhyNotListed(path) is { } why)
        {
            _problems.Error(frame.Path, entry.Name.Span, $"cannot be listed: {why}");
            entry.Marks |= EntryMarks.Incomplete;
            return;
        }
        var inner = PathBuilder.Child(frame.Path, entry.Name.Span);
        children.Add(new PortableFrame(inner, path, real, node, isAncestor, frame));
    }

    // What is behind a link, or null where it stays one.
    FileSystemInfo? Follow(PortableFrame frame, byte[] name, SourceNode? node, string path)
    {
        var real = RealPath.Of(path);
        if (real is null)
        {
            _problems.Note(frame.Path, name, "is a link that leads nowhere: kept as a link");
            return null;
        }
        var behind = InfoOf(real);
        if (node is null && behind is DirectoryInfo && frame.IsWithin(real))
        {
            _problems.Note(frame.Path, name, "is a link to a directory above itself: kept as a link");
            return null;
        }
        return behind;
    }

    FileSystemInfo? Behind(FileSystemInfo info) =>
        _options.FollowsLinks && info.LinkTarget is not null && RealPath.Of(info.FullName) is { } real
            ? InfoOf(real)
            : null;

    string? JoinReal(PortableFrame frame, string path) =>
        !_options.FollowsLinks || frame.Real is null ? null
        : Path.Combine(frame.Real, Path.GetFileName(path.TrimEnd(Path.DirectorySeparatorChar)));

    bool IsExcluded(PortableFrame frame, byte[] name, FileSystemInfo info) => _options.Selection?.Decide(
        _paths.Absolute(frame.Path, name), EntryKind.Directory, new PortableCandidate(info)) == Verdict.Exclude;

    bool FindsAnything(ISelection selection, byte[] path, DirectoryInfo directory, int depth)
    {
        if (depth == LookaheadMax)
            return true;
        try
        {
            foreach (var info in directory.EnumerateFileSystemInfos())
            {
                if (PortablePath.TryToBytes(info.Name) is not { } name)
                    return true;
                var seen = Behind(info) ?? info;
                var verdict = selection.Decide(
                    _paths.Absolute(path, name), KindOf(seen), new PortableCandidate(seen));
                if (verdict == Verdict.Include || verdict == Verdict.Scan && (info.LinkTarget is not null
                    || FindsAnything(selection, PathBuilder.Child(path, name), (DirectoryInfo)info, depth + 1)))
                    return true;
            }
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true; // the walk comes there and reports it
        }
    }

    Entry? Fail(PortableFrame frame, byte[] name, string message)
    {
        _problems.Error(frame.Path, name, message);
        return null;
    }

    static Entry ToEntry(byte[] name, FileSystemInfo info, bool isAncestor)
    {
        var kind = KindOf(info);
        return new Entry
        {
            Name = name, Kind = kind, Mode = PortableMetadata.ModeOf(info), Owner = PortableMetadata.Unknown,
            Modified = PortableMetadata.ToFileTime(info.LastWriteTimeUtc),
            Born = PortableMetadata.ToFileTime(info.CreationTimeUtc),
            Size = kind == EntryKind.File ? ((FileInfo)info).Length : 0,
            LinkTarget = kind == EntryKind.Symlink ? PortablePath.TryToTarget(info.LinkTarget!) : default(byte[]),
            Marks = isAncestor ? EntryMarks.Ancestor : 0,
        };
    }

    static FileSystemInfo InfoOf(string path)
    {
        var file = new FileInfo(path);
        var isDirectory = file.LinkTarget is null && (int)file.Attributes != -1
            && file.Attributes.HasFlag(FileAttributes.Directory);
        return isDirectory ? new DirectoryInfo(path) : file;
    }

    static EntryKind KindOf(FileSystemInfo info) => info.LinkTarget is not null ? EntryKind.Symlink
        : info is DirectoryInfo ? EntryKind.Directory : EntryKind.File;
}
