using Cairn.App.Access;
using Cairn.Engine.Operations;
using Cairn.Engine.Operations.Audit;
using Cairn.Engine.Storage;

namespace Cairn.App.Reading;

/// <summary>Looks for damage by what the store itself says of each object, and reads no pack.</summary>
public static class AuditUseCase
{
    public static async Task<AuditResult> RunAsync(
        AppEnvironment environment, AccessOptions options, CancellationToken cancellationToken)
    {
        var view = await TryFindVersionsAsync(environment, options, cancellationToken);
        var access = view is null
            ? new RepositoryAccess(environment, options)
            : new RepositoryAccess(environment, options) { View = view.Of };
        await using var open = await access.OpenForMaintenanceAsync(cancellationToken);
        using var state = await LocalState.TakeAsync(
            environment, open.Repository.Id, mayUsePrivate: true, cancellationToken);
        var monitor = new WorkMonitor("asking the store about each object");
        environment.Events.Start("auditing the repository by what the store says of it", monitor);
        return await AuditOperation.RunAsync(
            open.Repository, view?.Originals, state.Folder, monitor, cancellationToken);
    }

    static async Task<OriginalsView?> TryFindVersionsAsync(
        AppEnvironment environment, AccessOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await OriginalsView.TryCreateAsync(
                new RepositoryAccess(environment, options), cancellationToken);
        }
        catch (StoreException e) when (e.Kind == StoreErrorKind.Refused)
        {
            environment.Events.Notice(
                $"versions are not looked at, so what lies hidden or replaced does not show: {e.Message}");
            return null;
        }
    }
}
