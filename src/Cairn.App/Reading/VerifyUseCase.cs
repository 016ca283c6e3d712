using Cairn.App.Access;
using Cairn.App.Backup;
using Cairn.App.Selecting;
using Cairn.App.Snapshots;
using Cairn.App.Text;
using Cairn.Engine.Entries;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Operations;
using Cairn.Engine.Operations.Verify;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Sources;
using Cairn.Files;
using Cairn.Files.Walking;

namespace Cairn.App.Reading;

public sealed record VerifyRequest
{
    public required AccessOptions Access { get; init; }
    public required SnapshotReference Snapshot { get; init; }

    /// <summary>Whose newest snapshot <c>latest</c> and <c>@TIME</c> mean; null for this machine's.</summary>
    public string? Host { get; init; }

    /// <summary>Where the snapshot was restored to, as <c>restore --target</c> had it; null for where it came
    /// from.</summary>
    public ReadOnlyMemory<byte>? Target { get; init; }

    /// <summary>What was left out of the backup is not missed in it.</summary>
    public SelectionRequest Selection { get; init; } = new();

    public bool OneFileSystem { get; init; }

    /// <summary>As the backup had it.</summary>
    public bool FollowsLinks { get; init; }

    /// <summary>Trust size and time of modification instead of reading files.</summary>
    public bool IsQuick { get; init; }
}

public sealed record VerifyReport(
    SnapshotInfo Snapshot, VerifyResult Result, IReadOnlyList<SourceProblem> Problems, TimeSpan Elapsed);

/// <summary>Compares a snapshot with the files on the disk.</summary>
public static class VerifyUseCase
{
    /// <param name="receive">Gets the differences one by one, in the order of manifests.</param>
    public static async Task<VerifyReport> RunAsync(
        AppEnvironment environment, VerifyRequest request, Action<VerifyDifference> receive,
        CancellationToken cancellationToken)
    {
        var start = environment.Time.GetTimestamp();
        var access = new RepositoryAccess(environment, request.Access);
        await using var open = await OpenSnapshots.OpenAsync(environment, request.Access, cancellationToken);
        var snapshot = await open.FindAsync(request.Snapshot, request.Host, environment.Events, cancellationToken);
        var found = await SnapshotPath.FindAsync(open.Session, snapshot, request.Snapshot.Path, cancellationToken);
        var disk = PlaceOf(environment, request, found);
        var roots = request.Target is null && found.IsRoot ? snapshot.Roots : [AbsolutePath.Of(default, disk)];
        if (roots.Count == 0 || found.Class == ManifestLimits.StreamClass)
            throw new UsageException(
                "streams have no place on the disk that they could be compared with",
                "read them with: cairn dump SNAPSHOT:NAME");
        var selection = SourceSelection.Create(environment, access, roots, request.Selection, isQuiet: true);
        var tree = new FileTreeOptions
        {
            Sources = roots, OneFileSystem = request.OneFileSystem, Selection = selection.Selection,
            FollowsLinks = request.FollowsLinks, NeverFollowedInto = selection.OwnFolders,
        };
        var options = new VerifyOptions
        {
            Path = found.Path, DiskPath = disk, IncludesTop = request.Target is null || !found.IsTree,
            IsQuick = request.IsQuick, SeesAllAttributes = Environment.IsPrivilegedProcess,
            Workers = environment.Workers,
        };
        var monitor = new WorkMonitor("comparing");
        environment.Events.Start(
            $"comparing snapshot {snapshot.ShortId} with {ByteText.Show(AbsolutePath.Of(default, disk))}", monitor);
        var operation = new VerifyOperation(open.Session, snapshot, FileTrees.Source(tree), options, monitor);
        var result = await operation.RunAsync(receive, cancellationToken);
        return new VerifyReport(snapshot, result, operation.Problems, environment.Time.GetElapsedTime(start));
    }

    // As restore has it: the contents of a directory right into the target, a single file under its name.
    static ReadOnlyMemory<byte> PlaceOf(AppEnvironment environment, VerifyRequest request, SnapshotPath found)
    {
        if (request.Target is not { } target)
            return found.Path;
        var folder = PathBytes.MakeAbsolute(target.Span, environment.WorkingFolder.Span);
        var inner = folder.AsMemory(1);
        if (found.IsTree)
            return inner;
        var name = found.Entry!.Name;
        return inner.IsEmpty ? name : (byte[])[.. inner.Span, (byte)'/', .. name.Span];
    }
}
