using Cairn.Engine.Repositories.Reading;

namespace Cairn.Engine.Operations.Check;

/// <summary>
/// Looks for damage: every object but packs is read, everything that anything needs must be there, and with a share of
/// the packs to be read these are verified blob by blob. With all of them read, no flipped bit in any object stays
/// unnoticed. Changes nothing.
/// </summary>
public static class CheckOperation
{
    public static async Task<CheckResult> RunAsync(
        ReadSession session, CheckOptions options, CheckMonitor monitor, CancellationToken cancellationToken)
    {
        var findings = new FindingLog();
        monitor.Begin("listing objects");
        var store = session.Repository.Store;
        var inventory = await StoreInventory.ReadSnapshotsAndLedgersAsync(store, cancellationToken);
        // What came since the session began: the index must know what the snapshots just listed need.
        await session.Repository.LearnSignersAsync(cancellationToken);
        await session.Retired.LookAsync(session.Repository, cancellationToken);
        await IndexSync.SyncAsync(
            session.Repository, session.Index, session.Retired, IndexUse.Reading, cancellationToken);
        await inventory.ReadRestAsync(store, findings, cancellationToken);
        // Packs that went since the index was read were announced before; and who wrote what was listed, was enrolled.
        await session.Repository.LearnSignersAsync(cancellationToken);
        await session.Retired.LookAsync(session.Repository, cancellationToken);

        await session.Moves.LookAsync(cancellationToken);

        using var context = new CheckContext(session, inventory, findings, options, monitor);
        await AccessCheck.RunAsync(context, cancellationToken);
        await LedgerCheck.RunAsync(context, cancellationToken);
        NewestLinkCheck.Run(context);
        var missing = await PackListCheck.RunAsync(context, cancellationToken);
        var snapshots = new SnapshotCheck(context, missing);
        await snapshots.RunAsync(cancellationToken);
        var verification = options.ReadsData ? await new DataCheck(context).RunAsync(cancellationToken) : null;
        foreach (var suspect in options.Suspects)
            findings.Suspect(suspect);
        var lost = new LostFileSearch(context);
        await lost.RunAsync(snapshots, cancellationToken);
        await DropUncountedAsync(context, snapshots, lost, cancellationToken);
        return new CheckResult
        {
            Findings = findings.ToFindings(), LostFiles = lost.Files, LostFileCount = lost.Count,
            Snapshots = snapshots.Snapshots.Count, Packs = inventory.Packs.Count, PacksRead = findings.PacksRead,
            BytesRead = findings.BytesRead, BadRows = findings.BadRows, Readable = snapshots.Snapshots,
            HasLostPieces = snapshots.Torn.Count > 0, Verification = verification,
        };
    }

    // A snapshot that was forgotten while this looked may have lost its packs since: by decision, and not by damage.
    static async Task DropUncountedAsync(
        CheckContext context, SnapshotCheck snapshots, LostFileSearch lost, CancellationToken cancellationToken)
    {
        var retired = context.Session.Retired;
        await retired.LookAsync(context.Repository, cancellationToken);
        foreach (var name in context.Inventory.Snapshots.Where(
            name => retired.Forgotten.Contains(name.Hash) || retired.Void.Contains(name.Ledger)))
        {
            snapshots.Snapshots.RemoveAll(snapshot => snapshot.Name == name);
            context.Findings.Drop(name.Key.Value);
            lost.Drop(name);
        }
        // A prune removes what is finally void.
        foreach (var ledger in context.Inventory.Ledgers.Where(ledger => retired.Void.Contains(ledger.Name.Hash)))
            context.Findings.Drop(ledger.Key.Value);
    }
}
