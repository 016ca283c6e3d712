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
public sealed record StorageCost(StorePrices Prices, decimal Monthly, long Unpriced);
