using Cairn.App.Text;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Repositories;
using Cairn.Engine.State;
using Cairn.Files.Selecting;

namespace Cairn.App.Jobs;

/// <summary>
/// Stops a job before it records that nearly all is gone when in truth a disk is not mounted. It compares with what
/// this machine knows of the previous snapshot; where it should know something and does not, it stops too. The first
/// backup of a source has nothing to be compared with.
/// </summary>
sealed class SourceBrake(string job, IReadOnlyList<ReadOnlyMemory<byte>> roots, ISelection selection)
{
    const int ShareLeftMin = 10;

    /// <exception cref="RefusedException">What is there cannot be all, or nobody can tell.</exception>
    public async Task CheckAsync(
        Repository repository, IStateFolder state, string source, CancellationToken cancellationToken)
    {
        using var former = FormerSource.TryOpen(repository, state, source);
        if (former is null)
        {
            if (await FormerSource.IsLostAsync(repository, state, source, cancellationToken))
                throw new RefusedException(
                    $"this machine no longer knows the previous snapshot of the job {job}, so nobody can tell whether "
                    + "what is there is all of it",
                    $"look whether it is, then run: {Override(job)}");
            return;
        }
        if (roots.Count == 0)
            return;
        var look = RootProbe.Look(roots, selection, cancellationToken);
        foreach (var root in roots.Where(root => root.Length > 1))
            Check(root, look(root), former);
    }

    /// <summary>What to say when hardly anything was found at the end of the run.</summary>
    public static RefusedException ToRefusal(string job, string what) => new(what, HintFor(job));

    void Check(ReadOnlyMemory<byte> root, ProbedRoot now, FormerSource former)
    {
        if (now.Device is not { } device || former.FindRoot(root.Span, now.Has) is not { Children: > 0 } before)
            return;
        var shown = ByteText.Show(root);
        if (now.IsEmpty)
            throw ToRefusal(job, $"{shown} is empty, but had {Entries(before.Children)} in the previous snapshot");
        if (device != before.Device && before.StillThere * ShareLeftMin < before.Children)
            throw ToRefusal(
                job, $"{shown} lies on another file system than in the previous snapshot, and has {before.StillThere} "
                + $"of the {Entries(before.Children)} that it had");
    }

    static string Entries(long count) => count == 1 ? "1 entry" : $"{count} entries";

    static string HintFor(string job) =>
        $"is a disk not mounted? Nothing was recorded. If this is how it should be, run: {Override(job)}";

    static string Override(string job) =>
        $"cairn backup --job {Engine.Primitives.ShellWord.Quote(job)} --rebaseline";
}
