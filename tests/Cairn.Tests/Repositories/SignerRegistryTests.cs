using Cairn.Engine.Crypto;
using Cairn.Engine.Repositories;
using Cairn.Testing;

namespace Cairn.Tests.Repositories;

public sealed class SignerRegistryTests
{
    /// <summary>A check reads packs with several workers while one of them learns of a new maintainer.</summary>
    [Fact]
    public void Somebody_is_let_in_while_others_go_through_those_who_were()
    {
        var random = new SeededRandom(1);
        var registry = new SignerRegistry();
        registry.AddAll([SignerOf(random, "a"), SignerOf(random, "b")]);
        var seen = new List<string>();
        foreach (var signer in registry.Enrolled)
        {
            seen.Add(signer.Name);
            registry.Add(SignerOf(random, "late"));
            registry.Revoke(signer.Id, DateTimeOffset.UnixEpoch);
        }
        Assert.Equal(["a", "b"], seen.Order());
        Assert.Equal(4, registry.Enrolled.Count);
        Assert.Equal(2, registry.Enrolled.Count(signer => registry.IsActive(signer.Id)));
    }

    static EnrolledSigner SignerOf(SeededRandom random, string name)
    {
        using var seed = Cairn.Engine.Primitives.SecretKey.CreateRandom(KeyDerivation.KeySize, random);
        using var signer = new Signer(seed);
        return new EnrolledSigner(
            signer.Id, signer.PublicKey, name, IsMaintainer: true, MayForget: false, DateTimeOffset.UnixEpoch);
    }
}
