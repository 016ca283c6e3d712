using Cairn.Engine.Sources;
using Cairn.Files.Walking;

namespace Cairn.App.Repair;

/// <summary>Some paths of the disk, one after the other: one that is not there any more does not stop the
/// others.</summary>
sealed class LostFilesSource(IReadOnlyList<ReadOnlyMemory<byte>> paths) : IFileSource
{
    public IEnumerable<DirectoryBatch> Walk(ISourceProblems problems, CancellationToken cancellationToken)
    {
        foreach (var path in paths)
        {
            var source = new FileTreeSource(new FileTreeOptions { Sources = [path] });
            using var batches = source.Walk(problems, cancellationToken).GetEnumerator();
            while (TryNext(batches, path, problems))
                yield return batches.Current;
        }
    }

    static bool TryNext(
        IEnumerator<DirectoryBatch> batches, ReadOnlyMemory<byte> path, ISourceProblems problems)
    {
        try
        {
            return batches.MoveNext();
        }
        catch (SourceMissingException)
        {
            problems.Report(new SourceProblem(path, "it is not on the disk any more", IsError: true));
            return false;
        }
    }
}
