using Cairn.Engine.Crypto;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;

namespace Cairn.Testing.Repositories;

/// <summary>Lets further hosts into a repository of a test.</summary>
public static class TestHosts
{
    /// <summary>What the new host would keep. The caller disposes it.</summary>
    public static async Task<HostCredential> EnrolAsync(this TestRepository test, string name)
    {
        using var opened = await test.OpenForReadingAsync();
        var seed = SecretKey.CopyFrom(test.Random.Bytes(KeyDerivation.KeySize));
        using var signer = new Signer(seed);
        await HostRecords.EnrolAsync(
            test.Store, opened.Keys, opened.HostTail, signer.PublicKey, name, opened.RequireSecrets().Admin,
            test.Environment, CancellationToken.None);
        var own = test.Init.Credential;
        return new HostCredential
        {
            Repository = own.Repository, Admin = own.Admin, HostName = name, Domain = own.Domain,
            Shared = new SharedKeys(
                own.Shared.Index.Copy(), own.Shared.BlobId.Copy(), own.Shared.Chunking.Copy()),
            HostSeed = seed,
        };
    }
}
