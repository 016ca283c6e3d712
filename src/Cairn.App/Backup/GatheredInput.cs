using Cairn.App.Access;
using Cairn.App.Jobs;
using Cairn.App.Selecting;
using Cairn.Engine.Sources;
using Cairn.Files;
using Cairn.Files.Walking;

namespace Cairn.App.Backup;

/// <summary>What of the files a request means, once its pickers were asked.</summary>
/// <param name="Roots">As the snapshot records them: absolute, sorted.</param>
/// <param name="Tree">Null without files.</param>
/// <param name="Brake">For jobs, unless it was released.</param>
sealed record GatheredInput(
    IReadOnlyList<ReadOnlyMemory<byte>> Roots, FileTreeOptions? Tree, IReadOnlyList<SourceProblem> Problems,
    SourceBrake? Brake)
{
    SourceSelection? Selection { get; init; }

    /// <summary>What decides about the files; null without any.</summary>
    public Files.Selecting.ISelection? Rules => Selection?.Selection;

    public IFileSource Watch(FileTreeOptions tree) => Selection!.Watch(FileTrees.Source(tree));

    public static async Task<GatheredInput> GatherAsync(
        AppEnvironment environment, RepositoryAccess access, BackupRequest request,
        CancellationToken cancellationToken)
    {
        var named = SourceNaming.NormalRoots(request.Paths, environment.WorkingFolder);
        var picked = request.Job is { } job ? await Pickers.RunAsync(job, cancellationToken) : PickedPaths.None;
        var chosen = SourceSelection.OutsideOwnFolders(environment, access, picked.Paths).ToList();
        SourceSelection Select(IReadOnlyList<ReadOnlyMemory<byte>> roots, bool isQuiet) =>
            SourceSelection.Create(environment, access, roots, request.Selection, isQuiet);
        var brake = request is { Job: { } braked, IsRebaseline: false }
            ? new SourceBrake(braked.Name, named, Select(named, isQuiet: true).Selection)
            : null;
        if (named.Count + chosen.Count == 0)
        {
            RequireStreams(request, picked);
            return new GatheredInput([], Tree: null, picked.Problems, brake);
        }
        var decides = Select([.. named, .. chosen], isQuiet: false);
        var roots = SourceNaming.NormalRoots([.. named, .. Pickers.Select(chosen, decides.Selection)], default);
        var tree = new FileTreeOptions
        {
            Sources = roots, Selection = decides.Selection, OneFileSystem = request.OneFileSystem,
            FollowsLinks = request.Treatment.FollowsLinks, NeverFollowedInto = decides.OwnFolders,
            LockWait = request.LockWait, Time = environment.Time,
        };
        return new GatheredInput(
            roots, roots.Count == 0 ? null : tree, picked.Problems, brake) { Selection = decides };
    }

    // An empty snapshot would look like a backup.
    static void RequireStreams(BackupRequest request, PickedPaths picked)
    {
        if (request.Job is not { } job || ExecutableFinder.Find(job.Snapshotters).Count > 0)
            return;
        throw new RefusedException(
            picked.Problems.FirstOrDefault(problem => problem.IsError) is { } problem
                ? $"the job {job.Name} has nothing to back up: {Text.ByteText.Show(problem.Path)}: {problem.Message}"
                : $"the job {job.Name} has nothing to back up: its pickers named nothing that is there",
            "nothing was recorded");
    }
}
