using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cairn.Engine.Crypto;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Repositories;

/// <summary>
/// The form of credentials and what leads to them: JSON of one kind and format, with a checksum behind all else, so
/// that a damaged file is told from another kind of file. None of them is stored in a repository.
/// </summary>
static class CredentialText
{
    const int FormatNumber = 1;
    const string ChecksumStart = "  \"checksum\"";

    /// <param name="kind">What the file says it is.</param>
    /// <param name="members">Lines of the form <c>  "name": "value",</c> with a line feed each.</param>
    public static byte[] Encode(string kind, string members)
    {
        var text = $"{{\n  \"cairn\": \"{kind}\",\n  \"format\": {FormatNumber},\n{members}";
        return Encoding.UTF8.GetBytes($"{text}{ChecksumStart}: \"{Checksum(text)}\"\n}}\n");
    }

    public static string Member(string name, string value) =>
        $"  \"{name}\": {JsonSerializer.Serialize(value, CredentialJson.Default.String)},\n";

    public static string Member(string name, SecretKey key) =>
        $"  \"{name}\": \"{Convert.ToHexStringLower(key.AsSpan())}\",\n";

    /// <summary>Throws <see cref="CredentialException"/> if the file is another, was damaged or edited.</summary>
    public static T Decode<T>(string kind, ReadOnlySpan<byte> bytes, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes.ToArray());
            var root = document.RootElement;
            if (root.GetProperty("cairn").GetString() is var found && found != kind)
                throw new CredentialException($"it is a {found}, not a {kind}");
            if (root.GetProperty("format").GetInt32() != FormatNumber)
                throw new CredentialException("it has a format that this version of Cairn does not know");
            var text = Encoding.UTF8.GetString(bytes);
            var end = text.IndexOf(ChecksumStart, StringComparison.Ordinal);
            if (end < 0 || root.GetProperty("checksum").GetString() != Checksum(text[..end]))
                throw new CredentialException("its checksum is wrong: the file was damaged or edited");
            return read(root);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException
            or System.FormatException)
        {
            throw new CredentialException($"it is not a {kind}, or damaged");
        }
    }

    public static byte[] Bytes(JsonElement root, string name)
    {
        var bytes = Convert.FromHexString(root.GetProperty(name).GetString()!);
        return bytes.Length == KeyDerivation.KeySize
            ? bytes
            : throw new CredentialException($"its \"{name}\" has {bytes.Length} bytes");
    }

    public static SecretKey Key(JsonElement root, string name)
    {
        var bytes = Bytes(root, name);
        var key = SecretKey.CopyFrom(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return key;
    }

    static string Checksum(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
sealed partial class CredentialJson : System.Text.Json.Serialization.JsonSerializerContext;
