using System.Globalization;
using System.Text.Json;
using Cairn.Engine.Operations.Costs;

namespace Cairn.Cli.Rendering;

/// <summary>Sums of money, with whose prices they are.</summary>
static class CostText
{
    public static string Money(StorePrices prices, decimal amount) =>
        $"{amount.ToString(Precision(amount), CultureInfo.InvariantCulture)} {prices.Currency}";

    public static string Of(StorePrices prices) => $"(prices of {prices.Region}, {prices.AsOf})";

    public static string Unpriced(long packs) =>
        $"of {HumanText.Count(packs, "pack", "packs")} the storage class has no price: not counted";

    public static void Write(Utf8JsonWriter writer, StorePrices prices)
    {
        writer.WriteString("currency", prices.Currency);
        writer.WriteString("pricesRegion", prices.Region);
        writer.WriteString("pricesAsOf", prices.AsOf);
    }

    /// <summary>To a millionth.</summary>
    public static void Write(Utf8JsonWriter writer, string name, decimal amount) =>
        writer.WriteNumber(name, Math.Round(amount, 6));

    // Small sums need more digits to say anything.
    static string Precision(decimal amount) => amount is 0 or >= 1 ? "0.00" : amount >= 0.01m ? "0.000" : "0.000000";
}
