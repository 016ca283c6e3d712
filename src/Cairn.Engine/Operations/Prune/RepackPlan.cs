using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Operations.Costs;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Operations.Prune;

/// <param name="Rows">Those that are needed, ascending.</param>
/// <param name="StorageClass">As of the pack.</param>
sealed record RepackSource(
    ObjectHash Name, PackNumber Number, PackKind Kind, long Size, int[] Rows, long UsedBytes,
    string? StorageClass = null);

/// <summary>
/// Which packs are worth copying what is needed of them: those with the greatest unneeded share, until less than the
/// allowed share of all is unneeded.
/// </summary>
sealed record RepackPlan(IReadOnlyList<RepackSource> Packs, long UsedBytes)
{
    public bool IsEmpty => Packs.Count == 0;

    public PackSum Sources => new(Packs.Count, Packs.Sum(pack => pack.Size));

    /// <summary>What will be written, roughly.</summary>
    public PackSum Estimate { get; private init; }

    public static RepackPlan Make(
        Survey survey, PruneSteps steps, BlobIndex index, PruneOptions options, long bytesCopied,
        DateTimeOffset now)
    {
        var going = steps.Deletable.Concat(steps.Due).Concat(steps.Condemnable).Concat(steps.Waiting)
            .Concat(steps.PaidFor).Select(pack => pack.Name).ToHashSet();
        var (used, unused, total) = (0L, 0L, 0L);
        var partly = new List<(PackNumber Number, ListedPack Pack, long Used)>();
        var pass = new IndexPass(index);
        foreach (var pack in survey.Packs)
        {
            if (going.Contains(pack.Name) || !index.TryFindPack(pack.Name, out var number))
                continue;
            var (needed, all) = Measure(survey.Liveness, index, pack.Name, number);
            pass.Passed(index.GetRowCount(number));
            used += needed;
            unused += all - needed;
            total += all;
            // What costs as much after it is copied as before is as good as needed.
            if (options.Prices is { } prices && needed < all && !Pays(prices, pack, needed, now))
                unused -= all - needed;
            else if (needed < all && needed > 0)
                partly.Add((number, pack, needed));
        }
        if (options.MaxUnusedPercent >= 100)
            return new RepackPlan([], used);
        return new RepackPlan(Choose(), used) is var plan
            ? plan with { Estimate = EstimateOf(plan) } : plan;

        List<RepackSource> Choose()
        {
            var chosen = new List<RepackSource>();
            var left = options.RepackBytesMax - bytesCopied ?? long.MaxValue;
            foreach (var (number, pack, needed) in partly.OrderBy(item => (double)item.Used / item.Pack.Size))
            {
                if (unused <= total * options.MaxUnusedPercent / 100)
                    break;
                if (needed > left)
                    continue;
                chosen.Add(SourceOf(survey.Liveness, index, number, pack, needed));
                left -= needed;
                var freed = BytesOf(index, number) - needed;
                unused -= freed;
                total -= freed;
            }
            return chosen;
        }
    }

    static bool Pays(StorePrices prices, ListedPack pack, long needed, DateTimeOffset now) =>
        !(prices.PaidUntil(pack.StorageClass, pack.Modified) > now)
        && prices.PaysToCopy(pack.StorageClass, pack.Size, needed);

    static PackSum EstimateOf(RepackPlan plan)
    {
        var bytes = plan.Packs.Sum(pack => pack.UsedBytes);
        return new PackSum(Math.Max(plan.Packs.Select(pack => pack.Kind).Distinct().Count(), bytes >> 25), bytes);
    }

    static (long Needed, long All) Measure(
        Liveness liveness, BlobIndex index, ObjectHash name, PackNumber number)
    {
        var all = BytesOf(index, number);
        var needed = all;
        // Of most packs everything is needed: to look at each row of a great index would bring all of it to memory.
        foreach (var row in liveness.UnneededRows(name, index.GetRowCount(number)))
            needed -= index.GetStoredLength(number, row);
        return (needed, all);
    }

    // Blobs lie one behind the other.
    static long BytesOf(BlobIndex index, PackNumber number)
    {
        var last = index.GetRowCount(number) - 1;
        return last < 0
            ? 0
            : index.GetOffset(number, last) + index.GetStoredLength(number, last) - index.GetOffset(number, 0);
    }

    static RepackSource SourceOf(
        Liveness liveness, BlobIndex index, PackNumber number, ListedPack pack, long needed)
    {
        var facts = index.GetPack(number);
        int[] rows =
            [.. Enumerable.Range(0, facts.RowCount).Except(liveness.UnneededRows(pack.Name, facts.RowCount))];
        return new RepackSource(pack.Name, number, facts.Kind, pack.Size, rows, needed, pack.StorageClass);
    }
}
