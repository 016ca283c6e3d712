using Cairn.App.Access;
using Cairn.App.Reading;
using Cairn.Engine.Operations;
using Cairn.Engine.Operations.Check;
using Cairn.Engine.Operations.Repair;

namespace Cairn.App.Repair;

public sealed record RepairRequest
{
    public required AccessOptions Access { get; init; }

    /// <summary>Another repository that may have what is lost, with its key.</summary>
    public AccessOptions? From { get; init; }

    /// <summary>Read files of this machine again, where their contents are lost.</summary>
    public bool UsesDisk { get; init; }

    public bool IsPlan { get; init; }

    /// <summary>Do not read packs: look only whether they are there.</summary>
    public bool IsQuick { get; init; }

    /// <summary>Gets the lost files before anything is healed.</summary>
    public Action<IReadOnlyList<LostFile>, long>? Found { get; init; }
}

public sealed record IndexRepairRequest(AccessOptions Access, bool IsDryRun);

public static class RepairUseCases
{
    public static async Task<RepairResult> RepairAsync(
        AppEnvironment environment, RepairRequest request, CancellationToken cancellationToken)
    {
        await using var open = await OpenSnapshots.OpenAsync(environment, request.Access, cancellationToken);
        await using var other = request.From is { } from
            ? await OpenSnapshots.OpenAsync(environment, from, cancellationToken)
            : null;
        var location = open.Session.Repository.Store.Location;
        if (other?.Session.Repository.Store.Location == location)
            throw new UsageException($"{location} cannot be healed from itself", "name another with --from");
        var monitor = new RepairMonitor();
        environment.Events.Start(
            $"{(request.IsPlan ? "looking for damage in" : "repairing")} {location}"
            + (request.IsQuick ? ", without reading packs" : ""), monitor);
        var options = new RepairOptions
        {
            Workers = environment.Workers, From = other?.Session, IsPlan = request.IsPlan, IsQuick = request.IsQuick,
            Disk = request.UsesDisk ? paths => new LostFilesSource(paths) : null, Found = request.Found,
        };
        return await RepairOperation.RunAsync(open.Session, options, monitor, cancellationToken);
    }

    /// <summary>With this machine's credential if it is a maintainer's; else with the key.</summary>
    public static async Task<IndexRepairResult> RepairIndexAsync(
        AppEnvironment environment, IndexRepairRequest request, CancellationToken cancellationToken)
    {
        var access = new RepositoryAccess(environment, request.Access);
        await using var open = await access.OpenForMaintenanceAsync(cancellationToken);
        var monitor = new WorkMonitor("reading packs");
        environment.Events.Start($"making the index of {open.Store.Location} from its packs", monitor);
        return await IndexRepair.RunAsync(
            open.Repository, environment.Workers, request.IsDryRun, monitor, cancellationToken);
    }
}
