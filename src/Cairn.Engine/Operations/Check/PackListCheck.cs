using System.Collections.Concurrent;
using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Storage;

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
        var (outers, unread) = (new ConcurrentDictionary<ObjectKey, IndexObject>(), new ConcurrentBag<ObjectKey>());
        await Parallel.ForEachAsync(inventory.Index, context.Requests(cancellationToken), async (item, cancellation) =>
        {
            var opened = await context.TryReadAsync(
                item.Key, item.Name.Hash, bytes => IndexObject.Open(context.Repository, item.Name, bytes),
                cancellation);
            foreach (var table in opened?.AllTables ?? [])
                named.TryAdd(table.Name, 0);
            if (opened is null)
                unread.Add(item.Key);
            else if (opened.Contained.Count > 0)
                outers[item.Key] = opened;
            context.Monitor.Add();
        });
        await AddMovedAsync(context, outers, unread, named, cancellationToken);
        foreach (var pack in inventory.Packs.Keys.Where(pack => !named.ContainsKey(pack)))
        {
            var key = ObjectNames.Pack(pack).Value;
            if (context.Session.Retired.Deleted.Contains(pack))
                context.Findings.Note(key, "it was to be deleted, and is still there");
            else if (context.PacksInLedgers.ContainsKey(PackPrefix.Of(pack)))
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

    // An object that a prune has put into another and deleted since the listing is no loss. What else has come since
    // is not looked at: it is younger than the list of packs.
    static async Task AddMovedAsync(
        CheckContext context, ConcurrentDictionary<ObjectKey, IndexObject> opened, ConcurrentBag<ObjectKey> unread,
        ConcurrentDictionary<ObjectHash, byte> named, CancellationToken cancellationToken)
    {
        if (unread.IsEmpty)
            return;
        await context.Repository.LearnSignersAsync(cancellationToken);
        var read = context.Inventory.Index.Select(item => item.Key).ToHashSet();
        var isThere = new HashSet<ObjectKey>();
        await foreach (var info in context.Store.ListAsync(ObjectNames.Index, cancellationToken))
        {
            isThere.Add(info.Key);
            if (info.ForeignName is null && !read.Contains(info.Key)
                && ObjectNames.TryParseDated(ObjectNames.Index, info.Key, out var name)
                && await context.TryReadAsync(
                    info.Key, name.Hash, bytes => IndexObject.Open(context.Repository, name, bytes),
                    cancellationToken) is { } newer)
                opened[info.Key] = newer;
        }
        var contained = opened.Values.SelectMany(outer => outer.AllContained).ToLookup(inner => inner.Key);
        foreach (var key in unread.Where(key => contained.Contains(key) && !isThere.Contains(key)))
        {
            context.Findings.Drop(key.Value);
            foreach (var table in contained[key].First().AllTables)
                named.TryAdd(table.Name, 0);
        }
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
