using Cairn.Engine.Crypto;
using Cairn.Testing;

namespace Cairn.Tests.Crypto;

public class PassphraseKeyTests
{
    static PassphraseSalt Salt => new([.. Enumerable.Range(0, 16).Select(i => (byte)i)]);

    // Computed with OpenSSL's Argon2id.
    [Fact]
    public void A_passphrase_gives_this_key()
    {
        var parameters = PassphraseParameters.TryCreate(Salt, memoryKiB: 8192, passes: 2, lanes: 1);
        using var key = PassphraseKey.Derive("pässword"u8, parameters!);
        Assert.Equal(
            "cdae5c51440ec9977443b4662e067a2c016567aa5e21d3dba3b64e0cedc3fade",
            Convert.ToHexStringLower(key.Secret.AsSpan()));
        Assert.Equal("bbbdfc5a38457a06b6a19398067883385e978fcc8b28b22dbff3e724e2c3507d", key.PublicKey.ToString());
    }

    [Fact]
    public void Every_parameter_and_every_byte_counts()
    {
        string Derive(string passphrase, int saltByte, ulong memoryKiB, ulong passes)
        {
            var salt = new PassphraseSalt([(byte)saltByte, .. new byte[15]]);
            var parameters = PassphraseParameters.TryCreate(salt, memoryKiB, passes, lanes: 1);
            using var key = PassphraseKey.Derive(System.Text.Encoding.UTF8.GetBytes(passphrase), parameters!);
            return key.PublicKey.ToString();
        }
        string[] keys =
        [
            Derive("a", 1, 8192, 1), Derive("b", 1, 8192, 1), Derive("a", 2, 8192, 1), Derive("a", 1, 9000, 1),
            Derive("a", 1, 8192, 2), Derive("", 1, 8192, 1),
            Derive("e\u0301", 1, 8192, 1), Derive("\u00e9", 1, 8192, 1),
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal(keys[0], Derive("a", 1, 8192, 1));
    }

    [Theory]
    [InlineData(8191, 3, 1, false)]
    [InlineData(8192, 3, 1, true)]
    [InlineData(4UL << 20, 3, 1, true)]
    [InlineData((4UL << 20) + 1, 3, 1, false)]
    [InlineData(ulong.MaxValue, 3, 1, false)]
    [InlineData(65536, 0, 1, false)]
    [InlineData(65536, 1, 1, true)]
    [InlineData(65536, 64, 1, true)]
    [InlineData(65536, 65, 1, false)]
    [InlineData(65536, (1UL << 32) + 3, 1, false)]
    [InlineData(65536, 3, 0, false)]
    [InlineData(65536, 3, 2, false)]
    public void Only_parameters_within_bounds_exist(ulong memoryKiB, ulong passes, ulong lanes, bool isAllowed) =>
        Assert.Equal(isAllowed, PassphraseParameters.TryCreate(Salt, memoryKiB, passes, lanes) is not null);

    [Fact]
    public void New_parameters_are_64_MiB_and_3_passes_with_a_salt_of_their_own()
    {
        var parameters = PassphraseParameters.Create(new SeededRandom(1));
        Assert.Equal((64 << 10, 3), (parameters.MemoryKiB, parameters.Passes));
        Assert.NotEqual(parameters.Salt, PassphraseParameters.Create(new SeededRandom(2)).Salt);
        var salt = new byte[PassphraseSalt.Size];
        parameters.Salt.CopyTo(salt);
        Assert.Equal(new SeededRandom(1).Bytes(16), salt);
    }
}
