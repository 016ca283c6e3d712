using System.Security.Cryptography;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;

namespace Cairn.App.Access;

/// <summary>Host credentials by repository id, below the configuration folder, for their owner only.</summary>
sealed class CredentialStore(CairnPaths paths, UseCaseEvents events)
{
    const int FileSizeMax = 64 << 10;

    /// <summary>Null if this machine has none for that repository. The caller disposes it.</summary>
    public HostCredential? TryRead(RepositoryId repository)
    {
        foreach (var folder in paths.ConfigurationFolders)
        {
            var file = CairnPaths.CredentialFile(folder, repository);
            if (File.Exists(file))
                return Read(file);
        }
        return null;
    }

    public string Write(HostCredential credential)
    {
        var file = CairnPaths.CredentialFile(paths.ConfigurationFolder, credential.Repository);
        var bytes = credential.Encode();
        try
        {
            PrivateFile.Write(file, bytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
        return file;
    }

    /// <summary>Before something is made whose only key would then have no place.</summary>
    public void EnsureWritable() =>
        PrivateFile.CreateFolder(Path.Combine(paths.ConfigurationFolder, "credentials"));

    HostCredential Read(string file)
    {
        byte[]? bytes = null;
        try
        {
            if (PrivateFile.IsOpenToOthers(file))
                events.Notice($"others can read the credential {file}: run chmod 600 on it");
            if (new FileInfo(file).Length > FileSizeMax)
                throw new CredentialException("it is too large for a credential");
            bytes = File.ReadAllBytes(file);
            return HostCredential.Decode(bytes);
        }
        catch (CredentialException e)
        {
            throw new CredentialException($"the credential {file} cannot be used: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CredentialException($"the credential {file} cannot be read: {e.Message}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
