using System.Security.Cryptography;
using System.Text;
using Cairn.App.Text;
using Cairn.Engine.Crypto;
using Cairn.Engine.Primitives;

namespace Cairn.App.Secrets;

/// <summary>X25519 identities in a file as age has it: one a line, and remarks behind <c>#</c>.</summary>
static class IdentityFile
{
    const string What = "identity";
    const int IdentitiesMax = 64;

    /// <summary>Every one of them; at least one. The caller disposes them.</summary>
    public static IReadOnlyList<SealingKey> Read(string path)
    {
        using var bytes = SecretBytes.FromFile(path, What);
        var letters = GC.AllocateArray<char>(bytes.Length, pinned: true);
        var keys = new List<SealingKey>();
        try
        {
            var rest = letters.AsSpan(0, Encoding.UTF8.GetChars(bytes.AsSpan(), letters));
            foreach (var range in ((ReadOnlySpan<char>)rest).Split('\n'))
            {
                ReadOnlySpan<char> line = rest[range].Trim();
                if (line.IsEmpty || line[0] == '#')
                    continue;
                keys.Add(AgeKeys.TryParseIdentity(line) ?? throw NoIdentity(path, line));
                if (keys.Count > IdentitiesMax)
                    throw new SecretSourceException($"{path} has more than {IdentitiesMax} identities");
            }
            return keys.Count > 0 ? keys : throw new SecretSourceException($"{path} has no identity in it");
        }
        catch
        {
            keys.ForEach(key => key.Dispose());
            throw;
        }
        finally
        {
            letters.AsSpan().Clear();
        }
    }

    /// <summary>A new file, for its owner only.</summary>
    public static void Write(string path, SealingKey key, DateTimeOffset now)
    {
        var text = Encoding.UTF8.GetBytes(
            $"# created: {now.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}\n"
            + $"# public key: {AgeKeys.PrintRecipient(key.PublicKey)}\n{AgeKeys.PrintIdentity(key)}\n");
        try
        {
            using var file = PrivateFile.Create(path);
            file.Write(text);
            file.Flush(flushToDisk: true);
            PrivateFile.SyncFolder(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException(
                $"the file for the identity cannot be made: {FileTrouble.Describe(e)}",
                "name a file that does not exist yet");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }

    // Nothing of the line itself: it may be a secret of another kind.
    static SecretSourceException NoIdentity(string path, ReadOnlySpan<char> line) => new(
        line.StartsWith("age-encryption.org/", StringComparison.Ordinal)
        || line.StartsWith("-----BEGIN", StringComparison.Ordinal)
            ? $"{path} is encrypted or a key of another kind: only plain X25519 identities ("
            + $"{AgeKeys.IdentityPrefix}…) are understood"
            : $"{path} has a line that is no X25519 identity ({AgeKeys.IdentityPrefix}…)");
}
