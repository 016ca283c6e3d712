using Cairn.App.Access;
using Cairn.Engine.Formats;
using Cairn.Engine.Operations;
using Cairn.Engine.Operations.Recover;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;
using Cairn.Engine.Storage.Decorators;

namespace Cairn.App.Recovery;

public sealed record RecoverRequest
{
    public required AccessOptions Access { get; init; }

    /// <summary>Gets what would be done, before it is; false ends it there.</summary>
    public required Func<RecoverPlan, bool> Approve { get; init; }
}

/// <summary>Shows again what somebody has hidden or overwritten.</summary>
public static class RecoverUseCase
{
    /// <returns>The plan, and what came of it; no result if there was nothing to do, or it was not approved.</returns>
    public static async Task<(RecoverPlan Plan, RecoverResult? Result)> RunAsync(
        AppEnvironment environment, RecoverRequest request, CancellationToken cancellationToken)
    {
        var version = await FindDescriptorAsync(
            new RepositoryAccess(environment, request.Access), cancellationToken);
        IObjectStore? plain = null;
        var access = new RepositoryAccess(environment, request.Access)
        {
            View = store => new OriginalsStore(
                plain = store, VersionsOf(store), ObjectNames.Descriptor) { DescriptorVersion = version },
        };
        await using var open = await access.OpenForMaintenanceAsync(cancellationToken);
        var monitor = new WorkMonitor("looking at versions");
        environment.Events.Watch(monitor);
        var plan = await RecoverOperation.PlanAsync(
            open.Repository, VersionsOf(open.Store), monitor, cancellationToken);
        if (!request.Approve(plan))
            return (plan, null);
        monitor = new WorkMonitor("recovering");
        environment.Events.Watch(monitor);
        return (plan, await RecoverOperation.RunAsync(open.Repository, plain!, plan, monitor, cancellationToken));
    }

    /// <summary>
    /// Of several descriptors with good signatures the one of a repository that this machine has a credential for, else
    /// the oldest; whether it is the right one shows when the key opens it. Null if there is none: opening says so.
    /// </summary>
    static async Task<string?> FindDescriptorAsync(RepositoryAccess access, CancellationToken cancellationToken)
    {
        await using var store = access.OpenStore(createRoot: false);
        var found = await AuthenticVersions.FindDescriptorsAsync(VersionsOf(store), cancellationToken);
        foreach (var (version, descriptor) in found)
        {
            using var host = access.Credentials.TryRead(descriptor.Id);
            using var maintainer = access.Credentials.TryReadMaintainer(descriptor.Id);
            if (host is not null || maintainer is not null)
                return version;
        }
        return found.Count > 0 ? found[0].Version : null;
    }

    static IObjectVersions VersionsOf(IObjectStore store) => store.Versions ?? throw new RefusedException(
        $"{store.Location} keeps no versions, so what was deleted or overwritten there is gone",
        "heal from elsewhere with: cairn repair --from REPOSITORY");
}
