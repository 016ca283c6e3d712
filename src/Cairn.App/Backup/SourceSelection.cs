using System.Text;
using Cairn.App.Access;
using Cairn.App.Text;
using Cairn.Files.Selecting;
using Cairn.Storage;

namespace Cairn.App.Backup;

/// <summary>What of the sources is left out: Cairn's own folders, and what patterns say.</summary>
static class SourceSelection
{
    /// <param name="patterns">Of the command line; those of the configuration come on top.</param>
    /// <param name="isQuiet">Whether nothing is said about Cairn's own folders.</param>
    public static OwnFolderSelection Create(
        AppEnvironment environment, RepositoryAccess access, IReadOnlyList<ReadOnlyMemory<byte>> roots,
        IReadOnlyList<ReadOnlyMemory<byte>> patterns, bool isQuiet)
    {
        var own = environment.Paths.OwnFolders().ToList();
        if (access.Location is { Scheme: StoreScheme.Local } location)
            own.Add(("the repository itself", Encoding.UTF8.GetBytes(location.Path)));
        var excluded = OwnFolders.FindInside(roots, own);
        if (!isQuiet)
        {
            foreach (var (what, path) in excluded)
                environment.Events.Notice($"leaving out {what}: {ByteText.Show(path)}");
        }
        try
        {
            var globs = access.Configuration.Exclude.Select(pattern => new Glob(Encoding.UTF8.GetBytes(pattern)))
                .Concat(patterns.Select(pattern => new Glob(pattern.Span)));
            return new OwnFolderSelection([.. excluded.Select(folder => folder.Path)], new GlobSelection(globs));
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message);
        }
    }
}
