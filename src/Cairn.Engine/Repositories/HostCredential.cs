using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cairn.Engine.Crypto;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Repositories;

/// <summary>
/// What a host needs to back up, and nothing that reads: repository id, admin key, the shared keys, and its own signing
/// key (design, Keys). Kept in a local file that only its owner may read. Owns its keys.
/// </summary>
public sealed class HostCredential : IDisposable
{
    const int FormatNumber = 1;

    public required RepositoryId Repository { get; init; }
    public required SigningPublicKey Admin { get; init; }
    public required string HostName { get; init; }
    public required ushort Domain { get; init; }
    public required SharedKeys Shared { get; init; }
    public required SecretKey HostSeed { get; init; }

    public byte[] Encode()
    {
        var text = $$"""
            {
              "cairn": "host credential",
              "format": {{FormatNumber}},
              "repository": "{{Repository}}",
              "admin": "{{Admin}}",
              "name": {{JsonSerializer.Serialize(HostName, CredentialJson.Default.String)}},
              "domain": {{Domain}},
              "index": "{{Convert.ToHexStringLower(Shared.Index.AsSpan())}}",
              "blobId": "{{Convert.ToHexStringLower(Shared.BlobId.AsSpan())}}",
              "chunking": "{{Convert.ToHexStringLower(Shared.Chunking.AsSpan())}}",
              "host": "{{Convert.ToHexStringLower(HostSeed.AsSpan())}}",

            """;
        return Encoding.UTF8.GetBytes($"{text}  \"checksum\": \"{Checksum(text)}\"\n}}\n");
    }

    /// <summary>Throws <see cref="CredentialException"/> if the file was damaged or edited.</summary>
    public static HostCredential Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes.ToArray());
            var root = document.RootElement;
            if (root.GetProperty("format").GetInt32() != FormatNumber)
                throw new CredentialException("it has a format that this version of Cairn does not know");
            var text = Encoding.UTF8.GetString(bytes);
            var end = text.IndexOf("  \"checksum\"", StringComparison.Ordinal);
            if (end < 0 || root.GetProperty("checksum").GetString() != Checksum(text[..end]))
                throw new CredentialException("its checksum is wrong: the file was damaged or edited");
            return new HostCredential
            {
                Repository = new RepositoryId(Hex(root, "repository")),
                Admin = new SigningPublicKey(Hex(root, "admin")),
                HostName = root.GetProperty("name").GetString()!,
                Domain = root.GetProperty("domain").GetUInt16(),
                Shared = new SharedKeys(Key(root, "index"), Key(root, "blobId"), Key(root, "chunking")),
                HostSeed = Key(root, "host"),
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException
            or System.FormatException)
        {
            throw new CredentialException($"it is not a host credential: {e.Message}");
        }
    }

    public void Dispose()
    {
        Shared.Dispose();
        HostSeed.Dispose();
    }

    static string Checksum(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));

    static byte[] Hex(JsonElement root, string name)
    {
        var bytes = Convert.FromHexString(root.GetProperty(name).GetString()!);
        return bytes.Length == KeyDerivation.KeySize
            ? bytes
            : throw new CredentialException($"its \"{name}\" has {bytes.Length} bytes");
    }

    static SecretKey Key(JsonElement root, string name)
    {
        var bytes = Hex(root, name);
        var key = SecretKey.CopyFrom(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return key;
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
sealed partial class CredentialJson : System.Text.Json.Serialization.JsonSerializerContext;
