using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cairn.Storage.S3;

namespace Cairn.App.Access;

/// <summary>
/// What <c>init</c> and <c>doctor</c> saw a bucket do, in the state folder, by endpoint and bucket. It may be deleted
/// at any time: without it stores are used with more care, at the price of a look before every PUT. It does not lie in
/// the repository, because a copy in another place would carry it along, where it may be false.
/// </summary>
sealed class StoreKnowledge(CairnPaths paths)
{
    const int FileSizeMax = 16 << 10;
    const int Version = 1;

    public S3Facts? TryRead(S3Location location)
    {
        try
        {
            var file = new FileInfo(FileOf(location));
            if (!file.Exists || file.Length > FileSizeMax)
                return null;
            var record = JsonSerializer.Deserialize(File.ReadAllBytes(file.FullName), KnowledgeJson.Default.Knowledge);
            return record is { V: Version } && record.Place == PlaceOf(location)
                ? new S3Facts(record.CreateOnly, record.Locks, record.ListsInOrder)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            // A cache that cannot be read is no cache.
            return null;
        }
    }

    public void Write(S3Location location, S3Facts facts)
    {
        var record = new Knowledge(
            Version, PlaceOf(location), facts.HonoursCreateOnly, facts.Locks, facts.ListsInOrder);
        PrivateFile.Write(
            FileOf(location), JsonSerializer.SerializeToUtf8Bytes(record, KnowledgeJson.Default.Knowledge));
    }

    string FileOf(S3Location location)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(PlaceOf(location)));
        return Path.Combine(paths.StateFolder, "stores", $"{Convert.ToHexStringLower(hash.AsSpan(0, 8))}.json");
    }

    static string PlaceOf(S3Location location) =>
        $"{location.Endpoint?.GetLeftPart(UriPartial.Authority) ?? "aws"}/{location.Bucket}";
}

sealed record Knowledge(int V, string Place, bool CreateOnly, bool Locks, bool ListsInOrder);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(Knowledge))]
sealed partial class KnowledgeJson : JsonSerializerContext;
