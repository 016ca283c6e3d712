using System.Security.Cryptography;
using Cairn.Engine.Crypto;
using Cairn.Engine.Primitives;

namespace Cairn.Tests.Crypto;

// The expected keys were computed apart from this code, with another library, from the text of the specification.
public class KeyDerivationTests
{
    static SecretKey Seed => SecretKey.CopyFrom([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);

    static string Hex(SecretKey key) => Convert.ToHexStringLower(key.AsSpan());

    [Theory]
    [InlineData("restore", 0u, "9a33c2ce63ed0f0172d9d26bbea380701f1514659882e9e79b8193c342beb8de")]
    [InlineData("admin", 0u, "77e746678a58d582e6329b2ccb56e56399e42d5c79a4685ee47b73868b9146f4")]
    [InlineData("index", 0u, "8b729827ea9d377371c343c7475fa954a8097c82c8f847a296dcbb7b8446a81e")]
    [InlineData("blob-id", 0u, "266e51241b69fe3582e7688929ed6c974c24455cd28a3a5e432675a5a60e6007")]
    [InlineData("chunking", 0u, "c18de8e691467ee684b589dacc970b97a2f3cc436d73c194e3165cef51656aa8")]
    [InlineData("index", 7u, "20f0bf1cad12574da52b1f3f4ed8e459803e618b26d50140cc861572a6c541dc")]
    public void Each_label_and_domain_gives_this_key(string label, uint domain, string hex)
    {
        using var key = KeyDerivation.FromSeed(Seed, label, domain);
        Assert.Equal(hex, Hex(key));
    }

    [Fact]
    public void An_epochs_seed_gives_these_keys_and_ids()
    {
        using var epoch = EpochKeys.Derive(Seed);
        Assert.Equal(
            "0880806698bbbd3c0d800cac01e7291bfa0af7e76f8f0d279e9eed2072ea9807", epoch.RestorePublic.ToString());
        Assert.Equal(
            "e80b2455876f84af756c618ef3483e0e211eb5098cc21efbbe790b1e29334057", epoch.AdminSigner.PublicKey.ToString());
        Assert.Equal(
            "0568eb6da21359e3495e6376e1f2bcd7e6d88954d74d44cefb9580d31ae46391",
            epoch.AdminSigner.PublicKey.ToRepositoryId().ToString());
        Assert.Equal("0ed62826d9a34c941ec2919fb46ceb52", epoch.AdminSigner.Id.ToString());
        Assert.Equal("8b729827ea9d377371c343c7475fa954a8097c82c8f847a296dcbb7b8446a81e", Hex(epoch.Shared.Index));
        Assert.Equal("266e51241b69fe3582e7688929ed6c974c24455cd28a3a5e432675a5a60e6007", Hex(epoch.Shared.BlobId));
        Assert.Equal("c18de8e691467ee684b589dacc970b97a2f3cc436d73c194e3165cef51656aa8", Hex(epoch.Shared.Chunking));
    }

    [Fact]
    public void The_key_of_an_object_follows_from_salt_and_kind()
    {
        using var index = KeyDerivation.FromSeed(Seed, KeyDerivation.IndexLabel, 0);
        byte[] salt = [.. Enumerable.Range(100, 32).Select(i => (byte)i)];
        var key = new byte[32];
        KeyDerivation.ForObject(index, salt, "ledger", key);
        Assert.Equal("c66bc16afaba5de6ff84cacfd21d8d6477f83825daf71aeac88adca82d99cf1d", Convert.ToHexStringLower(key));
        var other = new byte[32];
        KeyDerivation.ForObject(index, salt, "index", other);
        Assert.NotEqual(key, other);
    }

    [Fact]
    public void Disposal_of_an_epoch_zeroes_every_secret()
    {
        var epoch = EpochKeys.Derive(Seed);
        var shared = epoch.Shared;
        SecretKey[] secrets = [epoch.RestoreSecret.Secret, shared.Index, shared.BlobId, shared.Chunking];
        epoch.Dispose();
        Assert.All(secrets, key => Assert.Throws<ObjectDisposedException>(() => key.AsSpan().Length));
        Assert.Throws<ObjectDisposedException>(() => epoch.AdminSigner.Sign([], new byte[Signer.SignatureSize]));
    }

    // RFC 5869 A.1 and A.3: that the platform's HKDF is the one meant, an empty salt included.
    [Theory]
    [InlineData(
        "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")]
    [InlineData(
        "", "",
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")]
    public void The_platforms_hkdf_answers_like_the_rfc(string salt, string info, string okm)
    {
        var output = new byte[42];
        byte[] ikm = [.. Enumerable.Repeat((byte)0x0b, 22)];
        HKDF.DeriveKey(
            HashAlgorithmName.SHA256, ikm, output, Convert.FromHexString(salt), Convert.FromHexString(info));
        Assert.Equal(okm, Convert.ToHexStringLower(output));
    }
}
