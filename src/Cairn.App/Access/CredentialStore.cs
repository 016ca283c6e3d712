using System.Security.Cryptography;
using Cairn.App.Text;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Hosts;

namespace Cairn.App.Access;

/// <summary>
/// Credentials by repository id, and requests that wait for an answer, below the configuration folder, for their owner
/// only.
/// </summary>
sealed class CredentialStore(CairnPaths paths, UseCaseEvents events)
{
    const int FileSizeMax = 64 << 10;

    /// <summary>Null if this machine has none for that repository. The caller disposes it.</summary>
    public HostCredential? TryRead(RepositoryId repository) => Find(
        folder => CairnPaths.CredentialFile(folder, repository)) is { } file
        ? Read(file, bytes => HostCredential.Decode(bytes)) : null;

    /// <summary>Null if this machine does not maintain that repository. The caller disposes it.</summary>
    public MaintainerCredential? TryReadMaintainer(RepositoryId repository) => Find(
        folder => CairnPaths.MaintainerFile(folder, repository)) is { } file
        ? Read(file, bytes => MaintainerCredential.Decode(bytes)) : null;

    /// <summary>Null if this machine made no such request. The caller disposes it.</summary>
    public PendingHost? TryReadPending(SignerId host) => Find(
        folder => CairnPaths.RequestFile(folder, host)) is { } file
        ? Read(file, bytes => PendingHost.Decode(bytes)) : null;

    public string Write(HostCredential credential) => Write(
        CairnPaths.CredentialFile(paths.ConfigurationFolder, credential.Repository), credential.Encode());

    /// <summary>Refuses to put it in the place of another, whose key would be lost.</summary>
    public string WriteNew(HostCredential credential) => Write(
        Free(CairnPaths.CredentialFile(paths.ConfigurationFolder, credential.Repository)), credential.Encode());

    public string WriteNew(MaintainerCredential credential) => Write(
        Free(CairnPaths.MaintainerFile(paths.ConfigurationFolder, credential.Repository)), credential.Encode());

    public string Write(PendingHost pending) => Write(
        CairnPaths.RequestFile(paths.ConfigurationFolder, pending.ToRequest().Host), pending.Encode());

    public void DeletePending(SignerId host) =>
        File.Delete(CairnPaths.RequestFile(paths.ConfigurationFolder, host));

    /// <summary>Before something is made whose only key would then have no place.</summary>
    public void EnsureWritable() =>
        PrivateFile.CreateFolder(Path.Combine(paths.ConfigurationFolder, "credentials"));

    /// <summary>What this machine is called in the repositories that it has credentials for; those that can be
    /// read.</summary>
    public IReadOnlyList<string> ReadHostNames()
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var folder in paths.ConfigurationFolders.Select(CairnPaths.CredentialFolder).Where(Directory.Exists))
        {
            foreach (var file in Directory.EnumerateFiles(folder, "*.json").Where(IsOfHost))
            {
                try
                {
                    using var credential = Read(file, bytes => HostCredential.Decode(bytes));
                    names.Add(credential.HostName);
                }
                catch (CredentialException)
                {
                    // Whoever uses it will hear of it.
                }
            }
        }
        return [.. names];
    }

    static bool IsOfHost(string file) => !file.EndsWith(".maintainer.json", StringComparison.Ordinal);

    string? Find(Func<string, string> name) => paths.ConfigurationFolders.Select(name).FirstOrDefault(File.Exists);

    static string Free(string file) => File.Exists(file)
        ? throw new RefusedException(
            $"this machine has a credential for this repository already: {file}",
            "if it is no longer of use, move it away and join again")
        : file;

    static string Write(string file, byte[] bytes)
    {
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

    T Read<T>(string file, Func<byte[], T> decode)
    {
        byte[]? bytes = null;
        try
        {
            if (PrivateFile.IsOpenToOthers(file))
                events.Notice($"others can read the credential {file}: run chmod 600 on it");
            if (new FileInfo(file).Length > FileSizeMax)
                throw new CredentialException("it is too large for a credential");
            bytes = File.ReadAllBytes(file);
            return decode(bytes);
        }
        catch (CredentialException e)
        {
            throw new CredentialException($"the credential {file} cannot be used: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CredentialException($"the credential {file} cannot be read: {FileTrouble.Describe(e)}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
