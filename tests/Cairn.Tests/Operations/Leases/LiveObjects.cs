using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Snapshots;

namespace Cairn.Tests.Operations.Leases;

/// <summary>
/// What snapshots need, found out by another way than the operation's: by reading each snapshot with the key, and
/// following each of its rows.
/// </summary>
sealed class LiveObjects
{
    static readonly string[] Memory = ["cairn.json", "epochs/", "keys/", "hosts/", "index/", "moves/", "retired/"];

    readonly HashSet<string> _reached = new(StringComparer.Ordinal);

    /// <summary>Places of which one must be protected: of an object one, of a row of a pack its copies.</summary>
    readonly Dictionary<string, string[]> _demands = new(StringComparer.Ordinal);

    /// <summary>Whether a lock on it is worth its price.</summary>
    public bool IsLive(string key) =>
        _reached.Contains(key) || Memory.Any(prefix => key.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>What is needed and not protected now.</summary>
    public List<string> FindLacking(LeaseWorld world) => FindLacking(world, world.Bucket.Now);

    /// <summary>What is needed and not protected at that time.</summary>
    public List<string> FindLacking(LeaseWorld world, DateTimeOffset time)
    {
        var locked = world.Bucket.Versions().Where(version => version.Retention?.IsActive(time) == true)
            .Select(version => version.Key).ToHashSet(StringComparer.Ordinal);
        return [.. _demands.Where(demand => !demand.Value.Any(locked.Contains)).Select(demand => demand.Key)];
    }

    public int Snapshots { get; private set; }

    public static async Task<LiveObjects> FindAsync(LeaseWorld world)
    {
        var found = new LiveObjects();
        using var admin = await world.OpenAsAdminAsync();
        var moves = new MoveLog(admin.Store, admin.Keys, admin.Signers);
        await moves.LookAsync(default);
        await found.DemandLedgersAsync(admin, world);
        var byPrefix = world.Bucket.Versions().Select(version => version.Key)
            .Where(key => key.StartsWith("packs/", StringComparison.Ordinal)).Distinct()
            .Select(key => ObjectNames.TryParsePack(new Engine.Storage.ObjectKey(key), out var name)
                ? name : throw new InvalidOperationException(key))
            .ToDictionary(name => PackPrefix.Of(name));
        foreach (var version in world.Bucket.Versions())
        {
            if (Memory.Any(prefix => version.Key.StartsWith(prefix, StringComparison.Ordinal)))
                found.Demand(version.Key);
        }
        var snapshots = (await SnapshotCatalog.ListAsync(admin, default)).Snapshots;
        found.Snapshots = snapshots.Count;
        foreach (var snapshot in snapshots)
        {
            found.Demand(snapshot.Name.Key.Value);
            found.Demand(ObjectNames.Ledger(snapshot.Name.Host, snapshot.Name.Ulid, snapshot.Name.Ledger).Value);
            var ledger = await SnapshotLedger.ReadAsync(admin, snapshot.Name, default);
            foreach (var pack in ledger.Packs)
            {
                var rows = pack.NamesAll ? [0] : Enumerable.Range(0, (int)pack.RowCount).Where(pack.Names).ToArray();
                if (!byPrefix.TryGetValue(pack.Prefix, out var name))
                    name = moves.Moves.First(move =>
                        PackPrefix.Of(move.From) == pack.Prefix).From;
                foreach (var row in rows)
                {
                    string[] places = [.. PlacesOf(name, row, moves.Moves)];
                    found._reached.UnionWith(places);
                    found._demands[string.Join(' ', places)] = places;
                }
            }
        }
        return found;
    }

    // Until a record says that it is void, its host's chain leads through it.
    async Task DemandLedgersAsync(Repository admin, LeaseWorld world)
    {
        var retired = new RetiredLog(admin.Store, admin.Keys, admin.Signers);
        await retired.LookAsync(default);
        foreach (var version in world.Bucket.Versions())
        {
            if (ObjectNames.TryParseLedger(new Engine.Storage.ObjectKey(version.Key), out _, out var ledger)
                && !retired.Void.Contains(ledger.Hash))
                Demand(version.Key);
        }
    }

    void Demand(string key)
    {
        _reached.Add(key);
        _demands[key] = [key];
    }

    static IEnumerable<string> PlacesOf(ObjectHash pack, int row, IReadOnlyList<MovedRows> moves)
    {
        yield return ObjectNames.Pack(pack).Value;
        foreach (var move in moves.Where(move => move.From == pack))
        {
            var place = Array.IndexOf(move.FromRows, row);
            foreach (var further in place < 0 ? [] : PlacesOf(move.To, move.ToRows[place], moves))
                yield return further;
        }
    }
}
