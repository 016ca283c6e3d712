using Cairn.Engine.Entries;
using Cairn.Engine.Sources;
using Cairn.Files.Walking;

namespace Cairn.Files.Portable;

/// <summary>
/// The files of this computer by what .NET offers on every system: directories, files and links with names, modes and
/// times. Fifos and devices look like empty files to it; hard links are files of their own.
/// </summary>
sealed class PortableTreeSource : IFileSource
{
    const int EntriesMax = 1024;

    static readonly EnumerationOptions Everything = new()
    {
        AttributesToSkip = 0, IgnoreInaccessible = false, RecurseSubdirectories = false,
    };

    readonly FileTreeOptions _options;
    readonly SourceNode _root;

    /// <exception cref="PlatformNotSupportedException">What is asked for cannot be done here.</exception>
    public PortableTreeSource(FileTreeOptions options)
    {
        if (options.OneFileSystem)
            throw new PlatformNotSupportedException("staying on one file system is not possible on this system");
        if (options.LockWait is not null)
            throw new PlatformNotSupportedException("sharing locks of files is not possible on this system");
        _options = options;
        _root = SourceTree.Build(options.Sources);
    }

    public IEnumerable<DirectoryBatch> Walk(ISourceProblems problems, CancellationToken cancellationToken)
    {
        var said = new WalkProblems(problems);
        RequireSources(_root, []);
        var maker = new PortableEntries(_options, said);
        var stack = new Stack<PortableFrame>();
        var top = OperatingSystem.IsWindows() ? "" : "/";
        stack.Push(new PortableFrame([], top, top, _root, IsAncestor: !_root.IsSource, Parent: null));
        while (stack.TryPop(out var frame))
        {
            var children = new List<PortableFrame>();
            foreach (var names in Names(frame, maker, said).Chunk(EntriesMax))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var entries = names.Select(name => maker.Make(frame, name, children)).OfType<Entry>().ToList();
                var isLast = names.Length < EntriesMax;
                if (entries.Count > 0)
                    yield return Batch(frame, entries, isLast);
            }
            for (var i = children.Count - 1; i >= 0; i--)
                stack.Push(children[i]);
        }
    }

    PortableBatch Batch(PortableFrame frame, List<Entry> entries, bool isLast) =>
        new(frame.System, entry => _options.FollowsLinks || frame.IsNamed(entry.Name.Span))
        {
            DirectoryPath = frame.Path, Entries = entries, IsLast = isLast,
        };

    /// <summary>What is named and what is selected, in the order of bytes.</summary>
    static List<byte[]> Names(PortableFrame frame, PortableEntries maker, WalkProblems problems)
    {
        var names = new List<byte[]>();
        foreach (var node in frame.Node?.Children ?? [])
            names.Add(node.Name);
        try
        {
            if (!frame.IsAncestor)
            {
                foreach (var info in new DirectoryInfo(frame.System).EnumerateFileSystemInfos("*", Everything))
                {
                    var name = PortablePath.TryToBytes(info.Name);
                    if (name is null || info.Name.Contains('\uFFFD') && !info.Exists)
                        problems.Error(frame.Path, [], $"has a name that is no text and cannot be read: {info.Name}");
                    else if (!frame.IsNamed(name) && maker.IsSelected(frame, name, info))
                        names.Add(name);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Error(frame.Path, [], $"cannot be listed to its end: {PortableMetadata.Describe(e)}");
        }
        names.Sort(static (left, right) => left.AsSpan().SequenceCompareTo(right));
        return names;
    }

    static void RequireSources(SourceNode node, byte[] path)
    {
        if (node.IsSource)
        {
            var system = PortablePath.TryToSystem([(byte)'/', .. path]);
            if (!Path.Exists(system))
                throw new SourceMissingException($"The source /{PathText.Show(path)} does not exist.");
            if (Directory.Exists(system) && PortableEntries.WhyNotListed(system) is { } why)
                throw new SourceMissingException($"The source /{PathText.Show(path)} cannot be read: {why}.");
        }
        foreach (var child in node.Children)
            RequireSources(child, PathBuilder.Child(path, child.Name));
    }
}
