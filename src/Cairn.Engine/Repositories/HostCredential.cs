using Cairn.Engine.Crypto;
using Cairn.Engine.Primitives;
using static Cairn.Engine.Repositories.CredentialText;

namespace Cairn.Engine.Repositories;

/// <summary>
/// What a host needs to back up, and nothing that reads: repository id, admin key, the shared keys, and its own signing
/// key (design, Keys). Kept in a local file that only its owner may read. Owns its keys.
/// </summary>
public sealed class HostCredential : IDisposable
{
    const string Kind = "host credential";

    public required RepositoryId Repository { get; init; }
    public required SigningPublicKey Admin { get; init; }
    public required string HostName { get; init; }
    public required ushort Domain { get; init; }
    public required SharedKeys Shared { get; init; }
    public required SecretKey HostSeed { get; init; }

    public byte[] Encode() => CredentialText.Encode(
        Kind,
        Member("repository", Repository.ToString()) + Member("admin", Admin.ToString()) + Member("name", HostName)
        + $"  \"domain\": {Domain},\n" + Member("index", Shared.Index) + Member("blobId", Shared.BlobId)
        + Member("chunking", Shared.Chunking) + Member("host", HostSeed));

    /// <summary>Throws <see cref="CredentialException"/> if the file was damaged or edited.</summary>
    public static HostCredential Decode(ReadOnlySpan<byte> bytes) =>
        CredentialText.Decode(Kind, bytes, root => new HostCredential
        {
            Repository = new RepositoryId(Bytes(root, "repository")),
            Admin = new SigningPublicKey(Bytes(root, "admin")),
            HostName = root.GetProperty("name").GetString()!,
            Domain = root.GetProperty("domain").GetUInt16(),
            Shared = new SharedKeys(Key(root, "index"), Key(root, "blobId"), Key(root, "chunking")),
            HostSeed = Key(root, "host"),
        });

    public void Dispose()
    {
        Shared.Dispose();
        HostSeed.Dispose();
    }
}
