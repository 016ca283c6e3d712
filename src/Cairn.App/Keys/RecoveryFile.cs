using System.Security.Cryptography;
using System.Text;
using Cairn.Engine.Crypto;
using Cairn.Engine.Primitives;

namespace Cairn.App.Keys;

/// <summary>
/// A file for the recovery key, for its owner only. Made before the key is, so that no key is made that has no place;
/// removed again if none comes.
/// </summary>
sealed class RecoveryFile : IDisposable
{
    readonly FileStream _file;
    readonly string _path;
    bool _isWritten;

    RecoveryFile(FileStream file, string path)
    {
        _file = file;
        _path = path;
    }

    public static RecoveryFile Reserve(string path)
    {
        try
        {
            return new RecoveryFile(PrivateFile.Create(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException(
                $"the file for the recovery key cannot be made: {e.Message}", "name a file that does not exist yet");
        }
    }

    public void Write(SealingKey key, RepositoryId repository, string location)
    {
        var text = Encoding.UTF8.GetBytes(
            $"# Recovery key of the Cairn repository {repository}\n# at {location}\n"
            + "# Whoever has it can read everything in the repository. Keep it away from this machine.\n"
            + $"{RecoveryKey.Print(key)}\n");
        _file.Write(text);
        CryptographicOperations.ZeroMemory(text);
        _file.Flush(flushToDisk: true);
        PrivateFile.SyncFolder(_path);
        _isWritten = true;
    }

    /// <summary>What was written opens nothing: it goes, and the name is free again.</summary>
    public void Withdraw() => _isWritten = false;

    public void Dispose()
    {
        _file.Dispose();
        if (!_isWritten)
            File.Delete(_path);
    }
}
