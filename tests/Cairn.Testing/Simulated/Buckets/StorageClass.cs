namespace Cairn.Testing.Simulated.Buckets;

public enum StorageClass { Standard, StandardInfrequentAccess, GlacierInstantRetrieval, Glacier, DeepArchive }

public enum RestoreTier { Bulk, Standard, Expedited }

public static class StorageClasses
{
    static readonly string[] Names = ["STANDARD", "STANDARD_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"];

    /// <summary>As in the header.</summary>
    public static string NameOf(this StorageClass storageClass) => Names[(int)storageClass];

    public static StorageClass Parse(string name) => (StorageClass)Array.IndexOf(Names, name);

    /// <summary>Nothing of it can be read before a restore.</summary>
    public static bool IsCold(this StorageClass storageClass) =>
        storageClass is StorageClass.Glacier or StorageClass.DeepArchive;

    /// <summary>As S3's listings have it.</summary>
    public static string Name(this StorageClass storageClass) => storageClass switch
    {
        StorageClass.StandardInfrequentAccess => "STANDARD_IA",
        StorageClass.GlacierInstantRetrieval => "GLACIER_IR",
        StorageClass.DeepArchive => "DEEP_ARCHIVE",
        StorageClass.Glacier => "GLACIER",
        _ => "STANDARD",
    };

    /// <summary>How long a restore takes: the longest that S3 documents, so that nobody counts on less.</summary>
    public static TimeSpan RestoreTime(this StorageClass storageClass, RestoreTier tier) =>
        (storageClass, tier) switch
        {
            (StorageClass.Glacier, RestoreTier.Expedited) => TimeSpan.FromMinutes(5),
            (StorageClass.Glacier, RestoreTier.Standard) => TimeSpan.FromHours(5),
            (StorageClass.Glacier, RestoreTier.Bulk) => TimeSpan.FromHours(12),
            (StorageClass.DeepArchive, RestoreTier.Standard) => TimeSpan.FromHours(12),
            (StorageClass.DeepArchive, RestoreTier.Bulk) => TimeSpan.FromHours(48),
            (StorageClass.DeepArchive, _) => throw S3Errors.TierNotForClass(),
            _ => throw S3Errors.IsHot(),
        };
}
