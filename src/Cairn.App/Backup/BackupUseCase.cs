using System.Text;
using Cairn.App.Access;
using Cairn.App.Configuration;
using Cairn.App.Jobs;
using Cairn.App.Snapshots;
using Cairn.App.Spooling;
using Cairn.App.Text;
using Cairn.Engine.Manifests.Local;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Operations.Push;
using Cairn.Engine.Repositories;
using Cairn.Engine.Sources;
using Cairn.Engine.State;
using Cairn.Files.Walking;
using Cairn.Storage;

namespace Cairn.App.Backup;

/// <summary>Backs up with the host credential alone: no passphrase is asked for.</summary>
public static class BackupUseCase
{
    public static async Task<BackupReport> RunAsync(
        AppEnvironment environment, BackupRequest request, CancellationToken cancellationToken)
    {
        var access = new RepositoryAccess(environment, request.Access);
        var location = access.Location;
        request = WithConfiguredPaths(request, access.Configuration.Paths);
        Validate(request);
        await using var open = request.Access.Spool is null
            ? await access.OpenForBackupAsync(cancellationToken)
            : await SpoolAccess.OpenForBackupAsync(
                environment, access, request.Access, request.IsDryRun, cancellationToken);
        var gathered = await GatheredInput.GatherAsync(environment, access, request, cancellationToken);
        var host = open.Repository.RequireHost().Name;
        var source = request.Name
            ?? (request.Job is { } job ? $"{host}:{job.Name}"
                : SourceNaming.Default(host, gathered.Roots, StreamOf(request)));
        var trust = (request.Trust ?? access.Configuration.Trust)?.Resolve(open.Repository) ?? AuthorTrust.Enrolled;

        using var state = await LocalState.TakeAsync(
            environment, open.Repository.Id, mayUsePrivate: false, cancellationToken);
        if (open.Spool is { } spool && !request.IsDryRun)
            await SpoolSweep.RunAsync(open.Repository, spool, state.Folder, cancellationToken);
        if (gathered.Brake is { } brake)
            await brake.CheckAsync(open.Repository, state.Folder, source, cancellationToken);
        using var streams = BackupStreams.Open(request, cancellationToken);
        var input = new BackupInput
        {
            Files = gathered.Tree is null ? null : gathered.Watch(gathered.Tree), Streams = streams.All,
            Problems =
            [
                .. gathered.Problems,
                .. await KeptProblemsAsync(open.Repository, state.Folder, source, request, cancellationToken),
            ],
        };
        var options = new BackupOptions
        {
            Source = source, Roots = gathered.Roots, UserName = environment.UserName, Program = environment.Program,
            Tags = [.. access.Configuration.Tags.Concat(request.Tags).Distinct()],
            Trust = trust, IsDryRun = request.IsDryRun, IsSpooled = open.Spool is not null,
            ReadsAll = request.ReadsAll,
            ChangeRules = new ChangeRules(!request.IgnoresChangeTime, !request.IgnoresInode),
            Compression = request.Treatment.CompressionRules(),
            Keep = gathered.Rules is { } rules ? request.Treatment.KeepRules(rules) : null,
            Workers = environment.Workers,
            HotBelow = request.Access.DataClass is null ? 0 : request.Access.HotBelow,
            // What a failed picker did not name is missing for another reason.
            RefusesCollapse = gathered.Brake is not null && gathered.Problems.All(problem => !problem.IsError),
        };
        var monitor = new BackupMonitor();
        environment.Events.Start(FirstLine(request, gathered.Roots, location), monitor);
        using var count = gathered.Tree is not { } tree || !request.CountsAhead ? null
            : new CountAhead(tree, monitor, cancellationToken);
        try
        {
            var result = await BackupOperation.RunAsync(
                open.Repository, state.Folder, input, options, monitor, cancellationToken);
            if (result.LocksLapse)
                environment.Events.Notice(
                    "nobody has renewed the locks of this repository for long, so nothing was relied on that was "
                    + "there already, and all was stored anew: have \"cairn lease renew\" run every day");
            return new BackupReport(location.Text, options.Source, request.IsDryRun, result);
        }
        catch (SourceCollapsedException e)
        {
            throw SourceBrake.ToRefusal(request.Job!.Name, e.Message);
        }
    }

    // What is kept is known from the local copy alone: this machine cannot read what it has stored.
    static async Task<SourceProblem[]> KeptProblemsAsync(
        Repository repository, IStateFolder state, string source, BackupRequest request,
        CancellationToken cancellationToken)
    {
        if (request.Treatment.SkipDelete.Count == 0)
            return [];
        using var former = FormerSource.TryOpen(repository, state, source);
        return former is null && await FormerSource.IsLostAsync(repository, state, source, cancellationToken)
            ?
            [
                new SourceProblem(
                    Encoding.UTF8.GetBytes(source),
                    "this machine no longer knows the previous snapshot, so what skip-delete had kept in it is not in "
                    + "this one: older snapshots have it", IsError: true),
            ]
            : [];
    }

    static string? StreamOf(BackupRequest request) =>
        request.StandardInputName ?? (request.Command is null ? null : request.Name);

    static BackupRequest WithConfiguredPaths(BackupRequest request, IReadOnlyList<string> paths) =>
        request is { Paths.Count: 0, StandardInputName: null, Command: null, Job: null }
            ? request with { Paths = [.. paths.Select(path => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(path))] }
            : request;

    /// <summary>What the request calls its source, before anything is opened: for those who watch from
    /// outside.</summary>
    public static string SourceOf(AppEnvironment environment, BackupRequest request)
    {
        if (request.Name is { } name)
            return name;
        if (request.Job is { } job)
            return $"{environment.HostName}:{job.Name}";
        var configuration = ConfigurationReader.Read(environment.Paths, environment.Variable("HOME"));
        var paths = WithConfiguredPaths(request, configuration.Paths).Paths;
        return SourceNaming.Default(
            environment.HostName, SourceNaming.NormalRoots(paths, environment.WorkingFolder),
            request.StandardInputName);
    }

    static void Validate(BackupRequest request)
    {
        if (request.Job is null)
            ValidateKind(request);
        TagText.Require(request.Tags);
        SourceNaming.RequireSourceName(request.Name);
    }

    static void ValidateKind(BackupRequest request)
    {
        var kinds = (request.Paths.Count > 0 ? 1 : 0) + (request.StandardInputName is null ? 0 : 1)
            + (request.Command is null ? 0 : 1);
        if (kinds != 1)
            throw new UsageException(
                kinds == 0 ? "nothing to back up is named" : "paths, --stdin and --command exclude each other",
                "name paths, here or under \"paths:\" in the configuration, or --stdin NAME, or --command COMMAND "
                + "--name NAME");
        if (request.Command is not null && request.Name is null)
            throw new UsageException("--command needs a name for what it prints", "add --name NAME");
        if (StreamOf(request) is { } name)
            SourceNaming.RequireStreamName(name);
        if (kinds == 1 && request.Paths.Count == 0
            && (!request.Selection.IsEmpty || request.Treatment.FollowsLinks || request.Treatment.SkipDelete.Count > 0))
            throw new UsageException("rules of what to leave out, to keep or to follow are for paths only");
    }

    static string FirstLine(BackupRequest request, IReadOnlyList<ReadOnlyMemory<byte>> roots, StoreLocation location)
    {
        var what = (request.Job, roots.Count) switch
        {
            ({ } job, _) => $"the job {job.Name}",
            (_, 1) => ByteText.Show(roots[0]),
            (_, > 1) => $"{roots.Count} paths",
            _ => $"the stream {StreamOf(request)}",
        };
        return $"{(request.IsDryRun ? "trying what backing up" : "backing up")} {what} to {location.Text}"
            + (request.IsDryRun ? " would do"
                : request.Access.Spool is { } spool ? $", by way of the spool {spool}" : "");
    }
}
