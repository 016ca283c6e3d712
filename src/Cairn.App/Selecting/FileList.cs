using Cairn.App.Interop;
using Cairn.App.Text;
using Cairn.Engine.Sources;

namespace Cairn.App.Selecting;

/// <summary>An explicit list of all that is meant.</summary>
static class FileList
{
    /// <summary>Absolute paths. A relative entry is relative to the source, so there has to be just one.</summary>
    public static List<ReadOnlyMemory<byte>> Read(
        ListFile lists, string name, IReadOnlyList<ReadOnlyMemory<byte>> sources)
    {
        var paths = new List<ReadOnlyMemory<byte>>();
        foreach (var (number, entry) in lists.Read(name))
        {
            var where = $"{ListFile.Shown(name)}, line {number}: {ByteText.Show(entry)}";
            if (entry.Span[0] != '/' && sources.Count != 1)
                throw new UsageException(
                    $"{where} is relative, and it is not clear to which source",
                    "write absolute paths, or name one source");
            var path = PathBytes.MakeAbsolute(entry.Span, sources[0].Span);
            if (!sources.Any(source => PathBytes.IsWithin(path, source.Span)))
                throw new UsageException($"{where} lies in no source", "add the directory it lies in to the sources");
            paths.Add(path);
        }
        if (paths.Count == 0)
            throw new UsageException(
                $"the list {ListFile.Shown(name)} is empty, so there is nothing to back up",
                "check the command that made it");
        return paths;
    }
}

/// <summary>Reports what is listed, but not there.</summary>
sealed class ListedSource(IReadOnlyList<ReadOnlyMemory<byte>> listed, IFileSource files) : IFileSource
{
    public IEnumerable<DirectoryBatch> Walk(ISourceProblems problems, CancellationToken cancellationToken)
    {
        foreach (var path in listed)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!Libc.Exists(path.Span))
                problems.Report(new SourceProblem(path, "is listed, but there is no such file", IsError: true));
        }
        return files.Walk(problems, cancellationToken);
    }
}
