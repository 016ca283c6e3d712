using System.Buffers.Binary;
using System.Collections.Concurrent;
using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories.Reading;

namespace Cairn.Engine.Operations.Check;

/// <summary>
/// What index objects say against what is in the store. All of them are read again, for what the local index remembers
/// may be damaged in the repository.
/// </summary>
static class PackListCheck
{
    /// <summary>Returns the packs that are named and not there.</summary>
    public static async Task<HashSet<PackNumber>> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        var inventory = context.Inventory;
        context.Monitor.Begin("checking the index", inventory.Index.Count);
        var named = new ConcurrentDictionary<ObjectHash, byte>();
        await Parallel.ForEachAsync(inventory.Index, context.Requests(cancellationToken), async (item, cancellation) =>
        {
            var tables = await context.TryReadAsync(
                item.Key, item.Name.Hash, bytes => IndexSync.Open(context.Repository, item.Name, bytes), cancellation);
            foreach (var table in tables ?? [])
                named.TryAdd(table.Name, 0);
            context.Monitor.Add();
        });
        foreach (var pack in inventory.Packs.Keys.Where(pack => !named.ContainsKey(pack)))
        {
            var key = ObjectNames.Pack(pack).Value;
            if (context.Session.Retired.Deleted.Contains(pack))
                context.Findings.Note(key, "it was to be deleted, and is still there");
            else if (context.PacksInLedgers.ContainsKey(BinaryPrimitives.ReadUInt128BigEndian(pack.AsSpan())))
                context.Findings.Add(
                    CheckSeverity.Repairable, key, kind: null,
                    "no index object names it: its blobs are found only slowly");
            else
                context.Findings.Note(
                    key,
                    "stored by a run under way or cut off; its next run takes it up, or a prune removes it");
        }
        var missing = Compare(context);
        if (inventory.Packs.Keys.Any(pack => !context.Session.Index.TryFindPack(pack, out _)))
            await context.Session.Blobs.MakeUnlistedPacksKnownAsync(cancellationToken);
        return missing;
    }

    static HashSet<PackNumber> Compare(CheckContext context)
    {
        var missing = new HashSet<PackNumber>();
        foreach (var number in context.Session.Index.EnumeratePacks())
        {
            var facts = context.Session.Index.GetPack(number);
            if (context.Session.Retired.Deleted.Contains(facts.Name))
                missing.Add(number);
            else if (!context.Inventory.Packs.TryGetValue(facts.Name, out var size))
            {
                missing.Add(number);
                // Nobody relies on what was condemned: if a snapshot needs it all the same, that shows there.
                if (context.Session.Retired.Condemned.Contains(facts.Name))
                    context.Findings.Note(
                        ObjectNames.Pack(facts.Name).Value, "it is missing, but was condemned before");
                else
                    context.Findings.Damage(ObjectNames.Pack(facts.Name).Value, kind: null, "it is missing");
                for (var row = 0; row < facts.RowCount; row++)
                    context.Findings.AddBadRow(facts.Name, row);
            }
            else if (size != facts.PackSize)
                context.Findings.Damage(
                    ObjectNames.Pack(facts.Name).Value, FailureKind.Framing,
                    $"it has {size} bytes where the index says {facts.PackSize}");
        }
        return missing;
    }
}
