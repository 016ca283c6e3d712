using Cairn.App.Access;
using Cairn.App.Reading;
using Cairn.App.Snapshots;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Operations.Copy;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;

namespace Cairn.App.Copy;

/// <param name="Problems">Snapshots of the source that cannot be read or believed.</param>
public sealed record CopyReport(
    string Source, string Target, bool IsDryRun, CopyResult Result, IReadOnlyList<ObjectProblem> Problems)
{
    public bool IsDamaged =>
        Result.Count(CopyOutcome.Damaged) > 0 || Problems.Any(problem => !problem.IsForeign);
}

/// <summary>Copies snapshots from one repository into another: the key of the one, this machine's credential for the
/// other.</summary>
public static class CopyUseCase
{
    public static async Task<CopyReport> RunAsync(
        AppEnvironment environment, CopyRequest request, CancellationToken cancellationToken)
    {
        var access = new RepositoryAccess(environment, request.Target);
        // Before a passphrase is asked for: whether anything can be written.
        await using var target = await access.OpenForBackupAsync(cancellationToken);
        await using var source = await OpenSnapshots.OpenAsync(environment, request.Source, cancellationToken);
        if (source.Session.Repository.Id == target.Repository.Id)
            throw new RefusedException(
                $"{source.Session.Repository.Store.Location} and {target.Store.Location} are copies of one repository, "
                + "with the same keys",
                "bring their objects in line with a tool for files or buckets, like rclone; or make another repository "
                + "with \"cairn init\", and copy into that");
        var listing = await SnapshotCatalog.ListAsync(source.Session.Repository, cancellationToken);
        var chosen = await ChooseAsync(listing.Snapshots, request, source.Host);
        using var state = await LocalState.TakeAsync(
            environment, target.Repository.Id, mayUsePrivate: false, cancellationToken);
        var trust = (request.Trust ?? (access.IsConfigured ? access.Configuration.Trust : null))
            ?.Resolve(target.Repository) ?? AuthorTrust.Enrolled;
        var options = new CopyOptions
        {
            Program = environment.Program, Workers = environment.Workers, Trust = trust, IsDryRun = request.IsDryRun,
            CopiesForgotten = request.Snapshots.Count > 0,
        };
        var monitor = new CopyMonitor();
        var (from, to) = (source.Session.Repository.Store.Location, target.Store.Location);
        environment.Events.Start(
            $"{(request.IsDryRun ? "trying what copying" : "copying")} {Count(chosen)} from {from} to {to}"
            + (request.IsDryRun ? " would do" : ""), monitor);
        var result = await CopyOperation.RunAsync(
            source.Session, chosen, target.Repository, state.Folder, options, monitor, cancellationToken);
        if (!result.SawPacks)
            environment.Events.Notice(
                $"the credential for {to} may not look at packs: that those which were there are whole was not seen");
        return new CopyReport(from, to, request.IsDryRun, result, listing.Problems);
    }

    static string Count(IReadOnlyList<SnapshotInfo> snapshots) =>
        snapshots.Count == 1 ? "1 snapshot" : $"{snapshots.Count} snapshots";

    static async Task<IReadOnlyList<SnapshotInfo>> ChooseAsync(
        IReadOnlyList<SnapshotInfo> snapshots, CopyRequest request, string host)
    {
        if (request.Snapshots.Count == 0)
        {
            var filtered = request.Filter.Select(snapshots);
            return filtered.Count > 0 || snapshots.Count == 0
                ? filtered
                : throw new SnapshotNotFoundException(
                    "no snapshot is meant by these options", "see: cairn snapshots");
        }
        if (request.Filter != SnapshotFilter.Everything)
            throw new UsageException("snapshots are named, or chosen by options, not both");
        var named = new HashSet<SnapshotInfo>();
        foreach (var reference in request.Snapshots)
        {
            if (!reference.Path.IsEmpty)
                throw new UsageException("a snapshot is copied as a whole: name it without a path");
            named.Add(await SnapshotFinder.FindAsync(snapshots, reference, host, _ => Task.FromResult(true)));
        }
        return [.. snapshots.Where(named.Contains)];
    }
}
