using Cairn.Engine.Formats;
using Cairn.Engine.Manifests.Local;
using Cairn.Engine.Operations.Backup;

namespace Cairn.Engine.Operations.Check;

/// <summary>
/// Nothing in the repository names the newest link of a chain: only who remembers it can miss it. A host remembers its
/// own: the last ledger, and the last snapshot of each source (docs/format.md, section 9).
/// </summary>
static class NewestLinkCheck
{
    public static void Run(CheckContext context)
    {
        var (state, retired) = (context.Session.State, context.Session.Retired);
        if (LedgerChain.TryRead(state) is var (host, ledger) && ledger != default && !retired.Void.Contains(ledger)
            && context.Inventory.Ledgers.All(other => other.Name.Hash != ledger))
            context.Findings.Damage(
                $"{ObjectNames.Ledgers}{host}/", kind: null,
                $"the ledger {ledger}, which this machine wrote last, is missing");
        foreach (var snapshot in LocalManifest.SnapshotsOf(state, context.Repository.Id))
        {
            if (snapshot != LocalManifest.NotPushed && !retired.Forgotten.Contains(snapshot)
                && !context.Inventory.Snapshots.Any(other => other.Hash == snapshot))
                context.Findings.Damage(
                    ObjectNames.Snapshots, kind: null,
                    $"the snapshot {snapshot}, which this machine saved last of a source, is missing");
        }
    }
}
