using Cairn.Engine.Operations.Costs;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Operations.Prune;

/// <summary>Reckons what the packs cost before a prune and once all that it announces is done.</summary>
sealed class PruneCosts(StorePrices prices, Survey first)
{
    // More than one round may plan the same pack.
    readonly HashSet<ObjectHash> _going = [];
    readonly HashSet<ObjectHash> _read = [];
    readonly decimal _before = first.Packs.Sum(pack => prices.Monthly(pack.StorageClass, pack.Size));
    decimal _saved, _reading;

    public void See(PruneSteps steps, RepackPlan repack)
    {
        foreach (var pack in steps.Deletable.Concat(steps.Due).Concat(steps.Condemnable).Concat(steps.Waiting)
            .Concat(steps.PaidFor))
            Go(pack.Name, pack.StorageClass, pack.Size);
        foreach (var source in repack.Packs.Where(source => _read.Add(source.Name)))
        {
            _reading += prices.Reading(source.StorageClass, source.Size) ?? 0;
            Go(source.Name, source.StorageClass, source.Size);
        }
    }

    /// <param name="written">What is copied goes to the class of what is stored without one.</param>
    /// <param name="puts">All requests that store something.</param>
    public PruneCost ToCost(PackSum written, long puts) => new(
        prices, _before, Math.Max(_before - _saved + MonthlyOf(written), 0),
        _reading + prices.Puts(StorePrices.StandardClass, Math.Max(puts, 0)),
        first.Packs.Count(pack => prices.Find(pack.StorageClass) is null));

    decimal MonthlyOf(PackSum written) => written.Packs == 0
        ? 0
        : written.Packs * prices.Monthly(StorePrices.StandardClass, written.Bytes / written.Packs);

    void Go(ObjectHash pack, string? storageClass, long bytes)
    {
        if (_going.Add(pack))
            _saved += prices.Monthly(storageClass, bytes);
    }
}
