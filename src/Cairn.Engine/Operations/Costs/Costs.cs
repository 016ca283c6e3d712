namespace Cairn.Engine.Operations.Costs;

/// <summary>What a prune costs and saves. Packs alone: all else together is small.</summary>
/// <param name="MonthlyBefore">Storage of all packs in a month, when it began.</param>
/// <param name="MonthlyAfter">The same, once all that is announced has gone.</param>
/// <param name="Run">Requests that change something, and what is read to be repacked.</param>
/// <param name="Unpriced">Packs in classes of which no price is known.</param>
public sealed record PruneCost(
    StorePrices Prices, decimal MonthlyBefore, decimal MonthlyAfter, decimal Run, long Unpriced);

/// <param name="Monthly">Of all packs, in a month.</param>
/// <param name="Unpriced">Packs in classes of which no price is known.</param>
/// <param name="Reading">Of reading each of them once, with one request, but for those to be thawed first.</param>
/// <param name="Cold">Packs that must be thawed before they can be read.</param>
public sealed record StorageCost(
    StorePrices Prices, decimal Monthly = 0, long Unpriced = 0, decimal Reading = 0, long Cold = 0)
{
    /// <summary>With one pack more.</summary>
    public StorageCost Add(string? storageClass, long bytes)
    {
        var reading = Prices.Reading(storageClass, bytes);
        return this with
        {
            Monthly = Monthly + Prices.Monthly(storageClass, bytes), Reading = Reading + (reading ?? 0),
            Unpriced = Unpriced + (Prices.Find(storageClass) is null ? 1 : 0), Cold = Cold + (reading is null ? 1 : 0),
        };
    }
}
