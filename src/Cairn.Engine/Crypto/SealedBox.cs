using System.Security.Cryptography;
using Cairn.Engine.Interop;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Crypto;

/// <summary>
/// libsodium's sealed boxes: an ephemeral X25519 public key, then the message under XSalsa20-Poly1305. Whoever has the
/// public key can seal, and cannot open again what he sealed. Says nothing about who sealed.
/// </summary>
public static class SealedBox
{
    public const int Overhead = Sodium.SealBytes;

    /// <summary>
    /// Writes the message's length plus <see cref="Overhead"/>; false if the public key is not a usable point.
    /// </summary>
    // The same bytes as crypto_box_seal for the same ephemeral key; put together here only because that function draws
    // the key from its own generator, and a simulation must replay from a seed.
    public static bool TrySeal(
        SealingPublicKey publicKey, ReadOnlySpan<byte> message, Span<byte> box, IRandomSource random)
    {
        Invariant.That(box.Length == message.Length + Overhead);
        Sodium.EnsureReady();
        Span<byte> secret = stackalloc byte[Sodium.BoxKeyBytes];
        Span<byte> nonce = stackalloc byte[Sodium.BoxNonceBytes];
        Span<byte> bothKeys = stackalloc byte[2 * Sodium.BoxKeyBytes];
        random.Fill(secret);
        var ephemeral = bothKeys[..Sodium.BoxKeyBytes];
        var isDerived = Sodium.ScalarMultBase(ephemeral, secret) == 0;
        Invariant.That(isDerived);
        publicKey.AsSpan().CopyTo(bothKeys[Sodium.BoxKeyBytes..]);
        var isHashed = Sodium.GenericHash(nonce, (nuint)nonce.Length, bothKeys, (ulong)bothKeys.Length, [], 0) == 0;
        Invariant.That(isHashed);
        ephemeral.CopyTo(box);
        var isSealed = Sodium.BoxEasy(
            box[Sodium.BoxKeyBytes..], message, (ulong)message.Length, nonce, publicKey.AsSpan(), secret) == 0;
        CryptographicOperations.ZeroMemory(secret);
        return isSealed;
    }

    /// <summary>False if the box is not for this key or was changed; the destination is then zero.</summary>
    public static bool TryOpen(SealingKey key, ReadOnlySpan<byte> box, Span<byte> message)
    {
        if (box.Length >= Overhead && message.Length == box.Length - Overhead && key.TryOpen(box, message))
            return true;
        message.Clear();
        return false;
    }
}
