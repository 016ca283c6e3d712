using System.Text;
using Cairn.App.Access;
using Cairn.App.Interop;
using Cairn.App.Reading;
using Cairn.App.Text;
using Cairn.Engine.Operations.Restore;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Sources;
using Cairn.Files;
using Cairn.Files.Restoring;
using Cairn.Storage;

namespace Cairn.App.Restore;

public static class RestoreUseCase
{
    public static async Task<RestoreReport> RunAsync(
        AppEnvironment environment, RestoreRequest request, CancellationToken cancellationToken)
    {
        RestoreArguments.Validate(request);
        var path = PathBytes.MakeAbsolute(request.Target.Span, environment.WorkingFolder.Span);
        var selection = RestoreArguments.Selection(request);
        var renames = RestoreArguments.Renames(request);
        await using var open = await OpenSnapshots.OpenAsync(environment, request.Access, cancellationToken);
        var snapshot = await open.FindAsync(request.Snapshot, request.Host, environment.Events, cancellationToken);
        // What was there before keeps its own owner, mode and time: it may be somebody's /tmp.
        var isNew = Libc.Resolve(path) is null;
        using var existing = request.IsDryRun && isNew ? null : OpenTarget(path, request);
        using var unused = new UnusedTarget(isNew && existing is not null ? path : null);
        IRestoreTarget target = existing is null ? new NowhereTarget() : existing;
        var monitor = new RestoreMonitor();
        var options = new RestoreOptions
        {
            Path = request.Snapshot.Path, Workers = environment.Workers, IsDryRun = request.IsDryRun,
            FinishesTarget = isNew, Selection = selection, Renames = renames,
        };
        var plan = request.Deletes && existing is not null
            ? await PlanDeletionAsync(environment, request, open, snapshot, existing, options, path, cancellationToken)
            : DeletePlan.Nothing;
        environment.Events.Start(
            $"restoring {Describe(request.Snapshot.Path)} of snapshot {snapshot.ShortId} to {ByteText.Show(path)}",
            monitor);
        if (!request.IsDryRun && existing is not null)
            DeleteOperation.Execute(plan, existing, monitor);
        var result = await RestoreOperation.RunAsync(
            open.Session, snapshot, target, options, monitor, cancellationToken);
        unused.Keep();
        return new RestoreReport(snapshot, path, result) { Deleted = plan };
    }

    static ITreeTarget OpenTarget(byte[] path, RestoreRequest request)
    {
        var rule = request.Overwrite ?? (request.Deletes ? OverwriteRule.IfChanged : OverwriteRule.Refuse);
        var target = FileTrees.Target(path, new RestoreTargetOptions
        {
            Overwrite = rule, NumericOwner = request.NumericOwner, NoOwner = request.NoOwner,
        });
        if (rule != OverwriteRule.Refuse || target.IsEmpty())
            return target;
        target.Dispose();
        throw new RefusedException(
            $"the target {ByteText.Show(path)} is not empty",
            "restore into a new directory, or go on with an interrupted restore, or replace files, with --overwrite");
    }

    static async Task<DeletePlan> PlanDeletionAsync(
        AppEnvironment environment, RestoreRequest request, OpenSnapshots open, SnapshotInfo snapshot,
        ITreeTarget target, RestoreOptions restore, byte[] path, CancellationToken cancellationToken)
    {
        var options = new DeleteOptions
        {
            ReplacesDirectories = request.Overwrite is null or OverwriteRule.IfChanged or OverwriteRule.Always,
            Protected = OwnPaths(environment, request, path),
        };
        var plan = await DeleteOperation.PlanAsync(
            open.Session, snapshot, target, restore, options, cancellationToken);
        if (plan.Deletions.Count == 0 || request.IsDryRun || request.ConfirmDelete?.Invoke(plan) == true)
            return plan;
        throw new RefusedException(
            $"{plan.Deletions.Count} entries of {ByteText.Show(path)} would be deleted, and nobody agreed to it",
            "see them with --dry-run, then add --yes, or leave --delete out");
    }

    /// <summary>A mirror of somebody's home must not take with it what restores it.</summary>
    static List<ReadOnlyMemory<byte>> OwnPaths(AppEnvironment environment, RestoreRequest request, byte[] path)
    {
        var own = environment.Paths.OwnFolders().Select(folder => folder.Path)
            .Append(Encoding.UTF8.GetBytes(environment.Paths.ConfigurationFolder)).ToList();
        var location = new RepositoryAccess(environment, request.Access).Location;
        if (location.Scheme == StoreScheme.Local)
            own.Add(Encoding.UTF8.GetBytes(location.Path));
        var target = Libc.Resolve(path) ?? path;
        var below = target is [(byte)'/'] ? 1 : target.Length + 1;
        return [.. own.Select(folder => Libc.Resolve(folder))
            .Where(folder => folder is not null && folder.Length > below && PathBytes.IsWithin(folder, target))
            .Select(folder => (ReadOnlyMemory<byte>)folder![below..])];
    }

    static string Describe(ReadOnlyMemory<byte> path) => path.IsEmpty ? "everything" : $"/{ByteText.Show(path)}";
}
