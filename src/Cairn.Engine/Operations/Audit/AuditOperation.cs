using Cairn.Engine.Operations.Prune;
using Cairn.Engine.Repositories;
using Cairn.Engine.State;
using Cairn.Engine.Storage.Decorators;

namespace Cairn.Engine.Operations.Audit;

/// <summary>
/// Looks for damage by what the store itself says of each object (checksum, size, lock), so that no pack is read and
/// classes that must be thawed are no obstacle (docs/design/tampering.md). Needs neither contents nor names of files.
/// Changes nothing. It says how much is proved of what: a store that keeps no checksums proves less.
/// </summary>
public static class AuditOperation
{
    /// <param name="repository">Opened with a secret, or with the credential of a maintainer.</param>
    /// <param name="originals">
    /// What the repository was opened through, where the store keeps versions and shows them; else null.
    /// </param>
    public static async Task<AuditResult> RunAsync(
        Repository repository, OriginalsStore? originals, IStateFolder state, WorkMonitor monitor,
        CancellationToken cancellationToken)
    {
        using var session = await SurveySession.OpenAsync(repository, state, monitor, goesOn: true, cancellationToken);
        return await new AuditRun(repository, originals, session, monitor).RunAsync(cancellationToken);
    }
}
