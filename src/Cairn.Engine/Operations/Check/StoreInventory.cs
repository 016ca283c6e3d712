using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Check;

/// <summary>
/// The names in the store. Listed against the order of writes, snapshots first and packs last: so whatever a listed
/// snapshot needs is listed too, though backups run meanwhile.
/// </summary>
sealed class StoreInventory
{
    public List<SnapshotName> Snapshots { get; } = [];
    public List<(ObjectKey Key, SignerId Host, DatedName Name)> Ledgers { get; } = [];
    public List<(ObjectKey Key, DatedName Name)> Index { get; } = [];
    public List<(ObjectKey Key, DatedName Name)> Moves { get; } = [];

    /// <summary>Packs and their sizes.</summary>
    public Dictionary<ObjectHash, long> Packs { get; } = [];

    public static async Task<StoreInventory> ReadSnapshotsAndLedgersAsync(
        IObjectStore store, CancellationToken cancellationToken)
    {
        var inventory = new StoreInventory();
        await foreach (var info in store.ListAsync(ObjectNames.Snapshots, cancellationToken))
        {
            if (info.ForeignName is null && ObjectNames.TryParseSnapshot(info.Key, out var name))
                inventory.Snapshots.Add(name);
        }
        await foreach (var info in store.ListAsync(ObjectNames.Ledgers, cancellationToken))
        {
            if (info.ForeignName is null && ObjectNames.TryParseLedger(info.Key, out var host, out var name))
                inventory.Ledgers.Add((info.Key, host, name));
        }
        return inventory;
    }

    /// <summary>Everything else, and with it what has no name of Cairn's anywhere.</summary>
    public async Task ReadRestAsync(IObjectStore store, FindingLog findings, CancellationToken cancellationToken)
    {
        await foreach (var info in store.ListAsync("", cancellationToken))
        {
            if (info.ForeignName is not null || !TryTake(info))
                findings.Note(info.Name, "not a name of Cairn's: left alone");
        }
    }

    bool TryTake(ObjectInfo info)
    {
        var key = info.Key;
        if (ObjectNames.TryParsePack(key, out var pack))
            Packs[pack] = info.Size;
        else if (ObjectNames.TryParseDated(ObjectNames.Index, key, out var name))
            Index.Add((key, name));
        else if (ObjectNames.TryParseDated(ObjectNames.Moves, key, out name))
            Moves.Add((key, name));
        else
            return key == ObjectNames.Descriptor
                || ObjectNames.TryParseSnapshot(key, out _) || ObjectNames.TryParseLedger(key, out _, out _)
                || ObjectNames.TryParseDated(ObjectNames.Epochs, key, out _)
                || ObjectNames.TryParseDated(ObjectNames.Hosts, key, out _)
                || ObjectNames.TryParseDated(ObjectNames.Keys, key, out _)
                || ObjectNames.TryParseDated(ObjectNames.Retired, key, out _);
        return true;
    }
}
