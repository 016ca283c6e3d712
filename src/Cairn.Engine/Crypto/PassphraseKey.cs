using Cairn.Engine.Interop;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Crypto;

/// <summary>The X25519 pair that a passphrase stands for.</summary>
public static class PassphraseKey
{
    /// <summary>
    /// Takes about a fifth of a second and the memory that the parameters say. The passphrase is bytes of UTF-8 as they
    /// were typed, not normalised.
    /// </summary>
    public static SealingKey Derive(ReadOnlySpan<byte> passphrase, PassphraseParameters parameters)
    {
        Sodium.EnsureReady();
        Span<byte> salt = stackalloc byte[Sodium.PasswordSaltBytes];
        parameters.Salt.CopyTo(salt);
        var secret = new SecretKey(SealingKey.SecretSize);
        var outcome = Sodium.PasswordHash(
            secret.AsWritableSpan(), (ulong)secret.Length, passphrase, (ulong)passphrase.Length, salt,
            (ulong)parameters.Passes, (nuint)parameters.MemoryKiB << 10, Sodium.Argon2Id13);
        if (outcome == 0)
            return new SealingKey(secret);
        secret.Dispose();
        throw new InsufficientMemoryException(
            "no memory to turn the passphrase into a key: "
            + $"{ByteSize.Format((long)parameters.MemoryKiB << 10)} are needed");
    }
}
