using Cairn.Engine.Crypto;
using Cairn.Engine.Interop;
using Cairn.Engine.Primitives;
using Cairn.Testing;

namespace Cairn.Tests.Crypto;

public class SealedBoxTests
{
    static SealingKey NewKey(ulong seed) => new(SecretKey.CreateRandom(32, new SeededRandom(seed)));

    [Fact]
    public void The_public_half_is_that_of_rfc_7748()
    {
        using var key = new SealingKey(SecretKey.CopyFrom(
            Convert.FromHexString("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")));
        Assert.Equal("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f", key.PublicKey.ToString());
    }

    [Fact]
    public void Libsodiums_own_function_opens_what_was_sealed_here()
    {
        using var key = NewKey(1);
        var message = new SeededRandom(2).Bytes(32);
        var box = new byte[message.Length + SealedBox.Overhead];
        Assert.True(SealedBox.TrySeal(key.PublicKey, message, box, new SeededRandom(3)));
        var opened = new byte[message.Length];
        Assert.Equal(
            0, Sodium.BoxSealOpen(opened, box, (ulong)box.Length, key.PublicKey.AsSpan(), key.Secret.AsSpan()));
        Assert.Equal(message, opened);
    }

    [Fact]
    public void What_libsodiums_own_function_sealed_opens_here()
    {
        using var key = NewKey(1);
        var message = new SeededRandom(2).Bytes(77);
        var box = new byte[message.Length + SealedBox.Overhead];
        Sodium.BoxSeal(box, message, (ulong)message.Length, key.PublicKey.AsSpan());
        var opened = new byte[message.Length];
        Assert.True(SealedBox.TryOpen(key, box, opened));
        Assert.Equal(message, opened);
    }

    [Fact]
    public void The_same_seed_seals_the_same_bytes_and_another_seed_others()
    {
        using var key = NewKey(1);
        byte[] Seal(ulong seed)
        {
            var box = new byte[3 + SealedBox.Overhead];
            SealedBox.TrySeal(key.PublicKey, "abc"u8, box, new SeededRandom(seed));
            return box;
        }
        Assert.Equal(Seal(5), Seal(5));
        Assert.NotEqual(Seal(5), Seal(6));
    }

    [Fact]
    public void Another_key_a_changed_byte_or_a_wrong_length_opens_nothing_and_clears_the_destination()
    {
        using var key = NewKey(1);
        using var other = NewKey(2);
        var box = new byte[32 + SealedBox.Overhead];
        SealedBox.TrySeal(key.PublicKey, new SeededRandom(2).Bytes(32), box, new SeededRandom(3));
        AssertRefusedAndCleared(other, box, 32);
        AssertRefusedAndCleared(key, box[..^1], 32);
        AssertRefusedAndCleared(key, box[..^1], 31);
        AssertRefusedAndCleared(key, box[..47], 0);
        AssertRefusedAndCleared(key, [], 32);
        for (var i = 0; i < box.Length; i++)
        {
            box[i] ^= 0x40;
            AssertRefusedAndCleared(key, box, 32);
            box[i] ^= 0x40;
        }
    }

    [Fact]
    public void A_public_key_of_low_order_is_refused()
    {
        var box = new byte[3 + SealedBox.Overhead];
        Assert.False(SealedBox.TrySeal(new SealingPublicKey(new byte[32]), "abc"u8, box, new SeededRandom(1)));
    }

    static void AssertRefusedAndCleared(SealingKey key, byte[] box, int length)
    {
        var destination = new byte[length];
        Array.Fill(destination, (byte)0xAA);
        Assert.False(SealedBox.TryOpen(key, box, destination));
        Assert.All(destination, value => Assert.Equal(0, value));
    }
}
