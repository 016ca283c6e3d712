using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cairn.App.Spooling;

/// <summary>Whose a spool is: one repository's and one host's.</summary>
/// <param name="Location">Where the repository is, as the user wrote it.</param>
/// <param name="DataClass">Storage class of data packs, as the last backup wanted it; null for the usual one.</param>
sealed record SpoolRecord(int V, string Repository, string Host, string Location, string? DataClass)
{
    public const int Version = 1;
    const int FileSizeMax = 64 << 10;

    /// <summary>Null if there is none.</summary>
    public static SpoolRecord? TryRead(string file)
    {
        var info = new FileInfo(file);
        if (!info.Exists)
            return null;
        try
        {
            if (info.Length <= FileSizeMax && JsonSerializer.Deserialize(
                File.ReadAllBytes(file), SpoolJson.Default.SpoolRecord) is { V: Version } record)
                return record;
        }
        catch (JsonException)
        {
        }
        throw new UsageException(
            $"{file} does not say whose spool this is: it is damaged, or a newer version of Cairn made it",
            "what lies in the folder is kept; use another one with --spool, or a newer version");
    }

    public void Write(string file) =>
        PrivateFile.Write(file, JsonSerializer.SerializeToUtf8Bytes(this, SpoolJson.Default.SpoolRecord));
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(SpoolRecord))]
sealed partial class SpoolJson : JsonSerializerContext;
