using Cairn.App.Access;
using Cairn.App.Configuration;
using Cairn.Engine.Operations.Costs;
using Cairn.Storage;

namespace Cairn.App.Retention;

/// <summary>
/// Which prices count: those of a file that was named, else Amazon's for a bucket of Amazon's. What other stores cost,
/// nobody here knows.
/// </summary>
static class PriceSource
{
    /// <summary>Instead of a file: reckon with no money.</summary>
    public const string None = "none";

    const int FileSizeMax = 1 << 20;

    /// <param name="file">From the command line; null for the configuration's.</param>
    public static StorePrices? Find(StoreLocation location, CairnConfiguration configuration, string? file)
    {
        file ??= configuration.Prices;
        if (file == None)
            return null;
        if (file is not null)
            return Read(file);
        return location.S3 is { Endpoint: null } ? StorePrices.Amazon : null;
    }

    static StorePrices Read(string file)
    {
        try
        {
            if (new FileInfo(file) is { Exists: true, Length: > FileSizeMax })
                throw new FormatException("it is larger than 1 MiB");
            return StorePrices.Parse(File.ReadAllBytes(file));
        }
        catch (FormatException e)
        {
            throw new UsageException($"{file} is no price file: {e.Message}", Hint);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"the price file cannot be read: {e.Message}", Hint);
        }
    }

    const string Hint = "docs/guide/s3.md shows what is in it; \"none\" reckons with no money";
}
