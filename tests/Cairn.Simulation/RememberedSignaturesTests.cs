using Cairn.Engine.Crypto;
using Cairn.Engine.Primitives;
using Cairn.Testing;
using Cairn.Testing.Simulated;
using Xunit;

namespace Cairn.Simulation;

public sealed class RememberedSignaturesTests
{
    [Fact]
    public void What_is_remembered_of_signatures_is_what_was_found()
    {
        RememberedSignatures.Use();
        var random = new SeededRandom(5);
        using var seed = SecretKey.CreateRandom(Signer.SeedSize, random);
        using var otherSeed = SecretKey.CreateRandom(Signer.SeedSize, random);
        using var signer = new Signer(seed);
        using var other = new Signer(otherSeed);
        var message = random.Bytes(100);
        var signature = new byte[Signer.SignatureSize];
        signer.Sign(message, signature);
        for (var time = 0; time < 2; time++)
        {
            Assert.True(SignatureVerifier.Verify(signer.PublicKey, message, signature));
            Assert.False(SignatureVerifier.Verify(other.PublicKey, message, signature));
            Assert.False(SignatureVerifier.Verify(signer.PublicKey, message, signature.AsSpan(1)));
            // The same bytes in a row, cut elsewhere.
            Assert.False(SignatureVerifier.Verify(
                signer.PublicKey, [signature[^1], .. message], signature.AsSpan(0, signature.Length - 1)));
            for (var bit = 0; bit < signature.Length * 8; bit++)
            {
                var changed = signature.ToArray();
                changed[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.False(SignatureVerifier.Verify(signer.PublicKey, message, changed));
            }
            for (var bit = 0; bit < message.Length * 8; bit++)
            {
                var changed = message.ToArray();
                changed[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.False(SignatureVerifier.Verify(signer.PublicKey, changed, signature));
            }
        }
    }
}
