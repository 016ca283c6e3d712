using System.Security.Cryptography;
using System.Text;
using Cairn.App.Text;
using Cairn.Engine.Crypto;
using Cairn.Engine.Primitives;

namespace Cairn.App.Keys;

/// <summary>A file for the recovery key, made before the key is.</summary>
sealed class RecoveryFile : IDisposable
{
    readonly ReservedFile _file;

    RecoveryFile(ReservedFile file) => _file = file;

    public static RecoveryFile Reserve(string path)
    {
        try
        {
            return new RecoveryFile(ReservedFile.Create(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException(
                $"the file for the recovery key cannot be made: {FileTrouble.Describe(e)}",
                "name a file that does not exist yet");
        }
    }

    public void Write(SealingKey key, RepositoryId repository, string location)
    {
        var text = Encoding.UTF8.GetBytes(
            $"# Recovery key of the Cairn repository {repository}\n# at {location}\n"
            + "# Whoever has it can read everything in the repository. Keep it away from this machine.\n"
            + $"{RecoveryKey.Print(key)}\n");
        try
        {
            _file.Write(text);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }

    /// <summary>What was written opens nothing: it goes, and the name is free again.</summary>
    public void Withdraw() => _file.Withdraw();

    public void Dispose() => _file.Dispose();
}
