using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cairn.Engine.Operations.Costs;

/// <summary>What objects of one storage class cost.</summary>
/// <param name="RetrievalPerGb">Null where objects must be thawed before they can be read.</param>
/// <param name="MinDays">An object that goes earlier is paid for as if it had stayed so long.</param>
/// <param name="MinBillableBytes">A smaller object is paid for as if it were so large.</param>
/// <param name="OverheadStdBytes">Paid for on top of each object, in the standard class.</param>
/// <param name="OverheadClassBytes">Paid for on top of each object, in this class.</param>
public sealed record ClassPrices(
    [property: JsonRequired] decimal StorageGbMonth, [property: JsonRequired] decimal PutPer1000,
    [property: JsonRequired] decimal GetPer1000, decimal? RetrievalPerGb = 0, int MinDays = 0,
    long MinBillableBytes = 0, long OverheadStdBytes = 0, long OverheadClassBytes = 0);

/// <summary>A store's prices: data, never code. Sums of money are exact decimals.</summary>
public sealed record StorePrices
{
    /// <summary>The class of what has none, and of what is stored without one.</summary>
    public const string StandardClass = "STANDARD";

    const decimal BytesPerGb = 1 << 30;
    const int BytesMax = 1 << 20;
    const string Resource = "Cairn.Engine.Operations.Costs.s3-us-east-1.json";

    // A copy has to earn what it costs in so many months.
    const int MonthsToEarn = 12;

    public required string Region { get; init; }
    public required string Currency { get; init; }

    /// <summary>The day on which they were looked up.</summary>
    public required string AsOf { get; init; }
    public required IReadOnlyDictionary<string, ClassPrices> Classes { get; init; }
    public decimal ListPer1000 { get; init; }

    /// <summary>Of Amazon S3 in us-east-1.</summary>
    public static StorePrices Amazon { get; } = ReadResource();

    /// <exception cref="FormatException">It is no price file: the message says what is wrong.</exception>
    public static StorePrices Parse(ReadOnlySpan<byte> json)
    {
        if (json.Length > BytesMax)
            throw new FormatException("it is larger than 1 MiB");
        StorePrices? prices;
        try
        {
            prices = JsonSerializer.Deserialize(json, PricesJson.Default.StorePrices);
        }
        catch (JsonException e)
        {
            throw new FormatException(
                $"line {(e.LineNumber ?? 0) + 1}: {e.Message.Split(" Path:")[0].Split(" LineNumber:")[0]}", e);
        }
        if (prices is null || !prices.Classes.ContainsKey(StandardClass))
            throw new FormatException($"it has no class {StandardClass}");
        if (prices.ListPer1000 < 0 || prices.Classes.FirstOrDefault(item => !IsSane(item.Value)) is { Key: not null })
            throw new FormatException("a price, a number of days or a size is below zero");
        return prices;
    }

    /// <summary>Null if nothing is known of the class.</summary>
    public ClassPrices? Find(string? storageClass) => Classes.GetValueOrDefault(storageClass ?? StandardClass);

    /// <summary>What an object costs in a month.</summary>
    public decimal Monthly(string? storageClass, long bytes)
    {
        if (Find(storageClass) is not { } prices)
            return 0;
        var billed = Math.Max(bytes, prices.MinBillableBytes) + prices.OverheadClassBytes;
        return (billed * prices.StorageGbMonth
            + prices.OverheadStdBytes * Classes[StandardClass].StorageGbMonth) / BytesPerGb;
    }

    /// <summary>Until then an object is paid for, whether it is there or not; null if it does not matter.</summary>
    public DateTimeOffset? PaidUntil(string? storageClass, DateTimeOffset? stored) =>
        Find(storageClass) is { MinDays: > 0 and var days } && stored is { } since ? since.AddDays(days) : null;

    /// <summary>What reading an object costs; null where it cannot be read as it is.</summary>
    public decimal? Reading(string? storageClass, long bytes) => Find(storageClass) switch
    {
        null => 0,
        { RetrievalPerGb: { } perGb } prices => prices.GetPer1000 / 1000 + bytes * perGb / BytesPerGb,
        _ => null,
    };

    public decimal Puts(string? storageClass, long count) =>
        Find(storageClass) is { } prices ? count * prices.PutPer1000 / 1000 : 0;

    public decimal Lists(long count) => count * ListPer1000 / 1000;

    /// <summary>
    /// Whether to copy what is needed out of an object and let it go costs less than to keep it whole for a year. What
    /// is copied goes to the standard class.
    /// </summary>
    public bool PaysToCopy(string? storageClass, long bytes, long needed)
    {
        if (Reading(storageClass, bytes) is not { } reading)
            return false;
        var saved = Monthly(storageClass, bytes) - Monthly(StandardClass, needed);
        return saved * MonthsToEarn > reading + Puts(StandardClass, 1);
    }

    static bool IsSane(ClassPrices prices) => prices is
    {
        StorageGbMonth: >= 0, PutPer1000: >= 0, GetPer1000: >= 0, RetrievalPerGb: null or >= 0,
        MinDays: >= 0 and <= 3650, MinBillableBytes: >= 0, OverheadStdBytes: >= 0, OverheadClassBytes: >= 0,
    };

    static StorePrices ReadResource()
    {
        using var stream = typeof(StorePrices).Assembly.GetManifestResourceStream(Resource)!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return Parse(copy.ToArray());
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true)]
[JsonSerializable(typeof(StorePrices))]
sealed partial class PricesJson : JsonSerializerContext;
