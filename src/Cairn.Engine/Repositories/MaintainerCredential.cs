using Cairn.Engine.Crypto;
using Cairn.Engine.Primitives;
using static Cairn.Engine.Repositories.CredentialText;

namespace Cairn.Engine.Repositories;

/// <summary>
/// What a maintainer needs: it sees which packs there are and who needs them, and announces what is no longer needed.
/// It has no key that reads contents or names, and none that tells whether a content is there. Owns its keys.
/// </summary>
public sealed class MaintainerCredential : IDisposable
{
    const string Kind = "maintainer credential";

    public required RepositoryId Repository { get; init; }
    public required SigningPublicKey Admin { get; init; }
    public required string Name { get; init; }
    public required ushort Domain { get; init; }
    public required SecretKey Index { get; init; }
    public required SecretKey Seed { get; init; }

    public byte[] Encode() => CredentialText.Encode(
        Kind,
        Member("repository", Repository.ToString()) + Member("admin", Admin.ToString()) + Member("name", Name)
        + $"  \"domain\": {Domain},\n" + Member("index", Index) + Member("maintainer", Seed));

    /// <summary>Throws <see cref="CredentialException"/> if the file was damaged or edited.</summary>
    public static MaintainerCredential Decode(ReadOnlySpan<byte> bytes) =>
        CredentialText.Decode(Kind, bytes, root => new MaintainerCredential
        {
            Repository = new RepositoryId(Bytes(root, "repository")),
            Admin = new SigningPublicKey(Bytes(root, "admin")),
            Name = root.GetProperty("name").GetString()!,
            Domain = root.GetProperty("domain").GetUInt16(),
            Index = Key(root, "index"),
            Seed = Key(root, "maintainer"),
        });

    public void Dispose()
    {
        Index.Dispose();
        Seed.Dispose();
    }
}
