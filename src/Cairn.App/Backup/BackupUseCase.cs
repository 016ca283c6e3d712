using System.Text;
using Cairn.App.Access;
using Cairn.App.Configuration;
using Cairn.App.Selecting;
using Cairn.App.Text;
using Cairn.Engine.Manifests.Local;
using Cairn.Engine.Operations.Backup;
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
        var roots = SourceNaming.NormalRoots(request.Paths, environment.WorkingFolder);
        await using var open = await access.OpenForBackupAsync(cancellationToken);
        var trust = (request.Trust ?? access.Configuration.Trust)?.Resolve(open.Repository) ?? AuthorTrust.Enrolled;
        var selection = request.Paths.Count > 0
            ? SourceSelection.Create(environment, access, roots, request.Selection, isQuiet: false)
            : null;

        using var state = await LocalState.TakeAsync(
            environment, open.Repository.Id, mayUsePrivate: false, cancellationToken);
        using var stream = OpenStream(request);
        var tree = selection is null ? null : new FileTreeOptions
        {
            Sources = roots, Selection = selection.Selection, OneFileSystem = request.OneFileSystem,
            LockWait = request.LockWait, Time = environment.Time,
        };
        var input = new BackupInput
        {
            Files = tree is null ? null : selection!.Watch(new FileTreeSource(tree)),
            Streams = stream is null ? [] : [stream],
        };
        var host = open.Repository.RequireHost().Name;
        var options = new BackupOptions
        {
            Source = request.Name ?? SourceNaming.Default(host, roots, stream?.Name),
            Roots = roots, UserName = environment.UserName, Program = environment.Program,
            Tags = [.. access.Configuration.Tags.Concat(request.Tags).Distinct()],
            Trust = trust, IsDryRun = request.IsDryRun, ReadsAll = request.ReadsAll,
            ChangeRules = new ChangeRules(!request.IgnoresChangeTime, !request.IgnoresInode),
            Workers = environment.Workers,
        };
        var monitor = new BackupMonitor();
        environment.Events.Start(FirstLine(request, roots, stream, location), monitor);
        using var count = tree is null || !request.CountsAhead ? null
            : new CountAhead(tree, monitor, cancellationToken);
        var result = await BackupOperation.RunAsync(
            open.Repository, state.Folder, input, options, monitor, cancellationToken);
        return new BackupReport(location.Text, options.Source, request.IsDryRun, result);
    }

    static BackupRequest WithConfiguredPaths(BackupRequest request, IReadOnlyList<string> paths) =>
        request is { Paths.Count: 0, StandardInputName: null, Command: null }
            ? request with { Paths = [.. paths.Select(path => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(path))] }
            : request;

    /// <summary>What the request calls its source, before anything is opened: for those who watch from
    /// outside.</summary>
    public static string SourceOf(AppEnvironment environment, BackupRequest request)
    {
        if (request.Name is { } name)
            return name;
        var configuration = ConfigurationReader.Read(environment.Paths, environment.Variable("HOME"));
        var paths = WithConfiguredPaths(request, configuration.Paths).Paths;
        return SourceNaming.Default(
            environment.HostName, SourceNaming.NormalRoots(paths, environment.WorkingFolder),
            request.StandardInputName);
    }

    static void Validate(BackupRequest request)
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
        if ((request.StandardInputName ?? (request.Command is null ? null : request.Name)) is { } name)
            SourceNaming.RequireStreamName(name);
        if (kinds == 1 && request.Paths.Count == 0 && !request.Selection.IsEmpty)
            throw new UsageException("rules of what to leave out are for paths only");
        foreach (var tag in request.Tags.Where(tag => tag.Length == 0 || tag.Contains(',')))
            throw new UsageException($"\"{tag}\" is no tag: a tag is not empty and has no comma");
        SourceNaming.RequireSourceName(request.Name);
    }

    static ProgramStream? OpenStream(BackupRequest request)
    {
        if (request.Command is { } command)
            return ProgramStream.Start(request.Name!, command);
        return request.StandardInputName is { } name
            ? ProgramStream.From(name, request.Input ?? throw new UsageException("there is no standard input"))
            : null;
    }

    static string FirstLine(
        BackupRequest request, List<ReadOnlyMemory<byte>> roots, ProgramStream? stream, StoreLocation location)
    {
        var what = (roots.Count, stream) switch
        {
            (1, _) => ByteText.Show(roots[0]),
            ( > 1, _) => $"{roots.Count} paths",
            _ => $"the stream {stream!.Name}",
        };
        return $"{(request.IsDryRun ? "trying what backing up" : "backing up")} {what} to {location.Text}"
            + (request.IsDryRun ? " would do" : "");
    }
}
