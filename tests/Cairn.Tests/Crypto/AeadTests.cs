using Cairn.Engine.Crypto;
using Cairn.Engine.Interop;
using Cairn.Testing;

namespace Cairn.Tests.Crypto;

public class AeadTests
{
    static byte[] Key => [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Both_libraries_answer_like_a_third(bool usePlatform)
    {
        using var aead = new Aead(Key, usePlatform);
        var plain = "the plaintext"u8;
        var box = new byte[plain.Length + Aead.TagSize];
        aead.Encrypt(0x01020304, "aad"u8, plain, box);
        Assert.Equal("bab9d6995e91eafc4f229da0cd321fe81c5462771f6dea378301f61fe2", Convert.ToHexStringLower(box));
    }

    [Fact]
    public void The_fallback_is_the_cipher_of_rfc_8439()
    {
        Sodium.EnsureReady();
        byte[] key = [.. Enumerable.Range(0x80, 32).Select(i => (byte)i)];
        var nonce = Convert.FromHexString("070000004041424344454647");
        var associated = Convert.FromHexString("50515253c0c1c2c3c4c5c6c7");
        var plain = "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "u8
            .ToArray().Concat("sunscreen would be it."u8.ToArray()).ToArray();
        var box = new byte[plain.Length + Aead.TagSize];
        Sodium.AeadEncrypt(
            box, 0, plain, (ulong)plain.Length, associated, (ulong)associated.Length, 0, nonce, key);
        Assert.StartsWith("d31a8d34648e60db7b86afbc53ef7ec2", Convert.ToHexStringLower(box));
        Assert.EndsWith("1ae10b594f09e26a7e902ecbd0600691", Convert.ToHexStringLower(box));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_one_library_encrypts_the_other_decrypts(bool usePlatform)
    {
        var random = new SeededRandom(8);
        using var writer = new Aead(Key, usePlatform);
        using var reader = new Aead(Key, !usePlatform);
        foreach (var length in new[] { 0, 1, 15, 16, 17, 64, 1000, 70000 })
        {
            var (plain, associated) = (random.Bytes(length), random.Bytes(length % 50));
            var box = new byte[length + Aead.TagSize];
            var back = new byte[length];
            writer.Encrypt((uint)length, associated, plain, box);
            Assert.True(reader.TryDecrypt((uint)length, associated, box, back), $"length {length}, {random}");
            Assert.Equal(plain, back);
        }
    }

    // INV-3: no plaintext leaves before it was authenticated.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Nothing_is_left_in_the_destination_when_any_bit_is_wrong(bool usePlatform)
    {
        using var aead = new Aead(Key, usePlatform);
        var plain = new SeededRandom(9).Bytes(100);
        var box = new byte[plain.Length + Aead.TagSize];
        aead.Encrypt(5, "aad"u8, plain, box);
        for (var bit = 0; bit < box.Length * 8; bit++)
        {
            box[bit / 8] ^= (byte)(1 << (bit % 8));
            AssertRefusedAndCleared(aead, 5, "aad"u8, box, plain.Length);
            box[bit / 8] ^= (byte)(1 << (bit % 8));
        }
        AssertRefusedAndCleared(aead, 6, "aad"u8, box, plain.Length);
        AssertRefusedAndCleared(aead, 5, "aaD"u8, box, plain.Length);
        AssertRefusedAndCleared(aead, 5, "aad"u8, box[..^1], plain.Length);
        AssertRefusedAndCleared(aead, 5, "aad"u8, box[..^1], plain.Length - 1);
        AssertRefusedAndCleared(aead, 5, "aad"u8, [], plain.Length);
        Assert.True(aead.TryDecrypt(5, "aad"u8, box, new byte[plain.Length]));
    }

    static void AssertRefusedAndCleared(
        Aead aead, uint ordinal, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> box, int plainLength)
    {
        var destination = new byte[plainLength];
        Array.Fill(destination, (byte)0xAA);
        Assert.False(aead.TryDecrypt(ordinal, associated, box, destination));
        Assert.All(destination, value => Assert.Equal(0, value));
    }
}
