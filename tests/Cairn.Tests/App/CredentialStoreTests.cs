using Cairn.App;
using Cairn.App.Access;
using Cairn.Engine.Crypto;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Testing;

namespace Cairn.Tests.App;

public class CredentialStoreTests
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public void A_credential_is_for_its_owner_only_and_reads_back()
    {
        using var folder = new TemporaryFolder();
        var paths = new CairnPaths($"{folder.Path}/config/cairn", "/s", "/c", "/d");
        var store = new CredentialStore(paths, new UseCaseEvents());
        using var credential = MakeCredential();

        var file = store.Write(credential);
        using var read = store.TryRead(credential.Repository);

        Assert.Equal(OwnerOnly, File.GetUnixFileMode(file));
        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(file)!));
        Assert.Equal([file], Directory.GetFiles(Path.GetDirectoryName(file)!));
        Assert.Equal(credential.Encode(), read!.Encode());
    }

    [Fact]
    public void There_is_none_for_another_repository()
    {
        using var folder = new TemporaryFolder();
        var paths = new CairnPaths(folder.Path, "/s", "/c", "/d");

        Assert.Null(new CredentialStore(paths, new UseCaseEvents()).TryRead(new RepositoryId(new byte[32])));
    }

    [Fact]
    public void One_that_others_can_read_is_pointed_out_and_a_damaged_one_refused_with_its_name()
    {
        using var folder = new TemporaryFolder();
        var notices = new List<string>();
        var store = new CredentialStore(
            new CairnPaths(folder.Path, "/s", "/c", "/d"), new UseCaseEvents { Noticed = notices.Add });
        using var credential = MakeCredential();
        var file = store.Write(credential);
        File.SetUnixFileMode(file, OwnerOnly | UnixFileMode.GroupRead);
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"machine\"", "\"machines\"",
            StringComparison.Ordinal));

        var error = Assert.Throws<CredentialException>(() => store.TryRead(credential.Repository));

        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        Assert.Contains(file, Assert.Single(notices), StringComparison.Ordinal);
    }

    static HostCredential MakeCredential() => new()
    {
        Repository = new RepositoryId(Filled(1)), Admin = new SigningPublicKey(Filled(2)), HostName = "machine",
            Domain = 0,
        Shared = new SharedKeys(Key(3), Key(4), Key(5)), HostSeed = Key(6),
    };

    static byte[] Filled(byte value) => [.. Enumerable.Repeat(value, 32)];

    static SecretKey Key(byte value) => SecretKey.CopyFrom(Filled(value));
}
