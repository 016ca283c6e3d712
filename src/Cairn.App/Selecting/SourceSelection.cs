using System.Text;
using Cairn.App.Access;
using Cairn.App.Backup;
using Cairn.App.Interop;
using Cairn.App.Text;
using Cairn.Engine.Sources;
using Cairn.Files.Selecting;
using Cairn.Storage;

namespace Cairn.App.Selecting;

/// <summary>What of the sources is left out: Cairn's own folders, and what rules say.</summary>
sealed class SourceSelection
{
    readonly ListedSelection? _list;

    SourceSelection(
        SelectionRules rules, ISelection selection, IReadOnlyList<ReadOnlyMemory<byte>>? listed, ListedSelection? list,
        IReadOnlyList<ReadOnlyMemory<byte>> ownFolders)
    {
        _list = list;
        OwnFolders = ownFolders;
        Rules = rules;
        Selection = selection;
        Listed = listed;
    }

    public SelectionRules Rules { get; }

    /// <summary>Cairn's own folders, wherever they lie.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> OwnFolders { get; }

    /// <summary>All of it together.</summary>
    public ISelection Selection { get; }

    /// <summary>Null without a list.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>>? Listed { get; }

    /// <param name="isQuiet">Whether nothing is said about Cairn's own folders.</param>
    public static SourceSelection Create(
        AppEnvironment environment, RepositoryAccess access, IReadOnlyList<ReadOnlyMemory<byte>> roots,
        SelectionRequest request, bool isQuiet)
    {
        var own = Own(environment, access);
        var excluded = Backup.OwnFolders.FindInside(roots, own);
        if (!isQuiet)
        {
            foreach (var (what, path) in excluded)
                environment.Events.Notice($"leaving out {what}: {ByteText.Show(path)}");
        }
        var lists = new ListFile(environment, request);
        var configured = access.Configuration.Exclude.Select(pattern => Configured(pattern, access));
        var rules = ReadRules(environment, lists, request with { Rules = [.. request.Rules, .. configured] }, roots);
        var listed = request.FilesFrom is { } name ? FileList.Read(lists, name, roots) : null;
        var list = listed is null ? null : new ListedSelection(listed, rules);
        var selection = new OwnFolderSelection(
            [.. excluded.Select(folder => folder.Path)], list ?? (ISelection)rules);
        return new SourceSelection(
            rules, selection, listed, list, [.. own.Select(folder => (ReadOnlyMemory<byte>)folder.Path)]);
    }

    /// <summary>Those that are none of Cairn's own files.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> OutsideOwnFolders(
        AppEnvironment environment, RepositoryAccess access, IEnumerable<ReadOnlyMemory<byte>> paths)
    {
        var own = Own(environment, access).Select(folder => Libc.Resolve(folder.Path)).OfType<byte[]>().ToList();
        return paths.Where(path => Libc.Resolve(path.Span) is not { } real
            || !own.Any(folder => PathBytes.IsWithin(real, folder)));
    }

    static List<(string What, byte[] Path)> Own(AppEnvironment environment, RepositoryAccess access)
    {
        var own = environment.Paths.OwnFolders().ToList();
        if (access.HasLocation && access.Location is { Scheme: StoreScheme.Local } location)
            own.Add(("the repository itself", Encoding.UTF8.GetBytes(location.Path)));
        if (access.SpoolFolder is { } spool)
            own.Add(("the spool", ByteText.ToBytes(spool)));
        return own;
    }

    /// <summary>The files, with reports about what of the list is not there.</summary>
    public IFileSource Watch(IFileSource files) => Listed is null ? files : new ListedSource(Listed, files);

    public bool IsUnlisted(ReadOnlySpan<byte> path) => _list?.Has(path) == false;

    static RuleText Configured(string pattern, RepositoryAccess access) =>
        new(RuleText.Exclude, Encoding.UTF8.GetBytes(pattern))
        {
            Origin = access.Configuration.File, IsForTheseSources = false,
        };

    /// <exception cref="UsageException">A rule cannot be understood, or cannot be meant so.</exception>
    internal static SelectionRules ReadRules(
        AppEnvironment environment, ListFile lists, SelectionRequest request,
        IReadOnlyList<ReadOnlyMemory<byte>> roots)
    {
        var rules = new RuleReader(environment, lists).Read(request.Rules);
        try
        {
            return new SelectionRules(rules, roots, request.LikeDuplicity);
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message, "the first rule that matches decides; what none matches is included");
        }
    }
}
