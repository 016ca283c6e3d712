using Cairn.Engine.Primitives;

namespace Cairn.Engine.Crypto;

/// <summary>
/// X25519 keys in the spelling of age (https://age-encryption.org/v1): a <i>recipient</i> <c>age1…</c> may be shown to
/// anybody, an <i>identity</i> <c>AGE-SECRET-KEY-1…</c> opens what was sealed to it. The keys are the same kind of key,
/// so that whoever has an age identity can use it here.
/// </summary>
public static class AgeKeys
{
    public const string RecipientPrefix = "age1";
    public const string IdentityPrefix = "AGE-SECRET-KEY-1";

    const string RecipientName = "age";
    const string IdentityName = "age-secret-key-";

    public static string PrintRecipient(SealingPublicKey key) => Bech32.Encode(RecipientName, key.AsSpan());

    /// <summary>Null if the text is no X25519 recipient.</summary>
    public static SealingPublicKey? TryParseRecipient(string text)
    {
        Span<byte> bytes = stackalloc byte[SealingPublicKey.Size];
        return Bech32.TryDecode(RecipientName, text, bytes) ? new SealingPublicKey(bytes) : null;
    }

    /// <summary>Whoever sees the text has the key.</summary>
    public static string PrintIdentity(SealingKey key) =>
        Bech32.Encode(IdentityName, key.Secret.AsSpan()).ToUpperInvariant();

    /// <summary>Null if the text is no X25519 identity. The caller disposes the key.</summary>
    public static SealingKey? TryParseIdentity(ReadOnlySpan<char> text)
    {
        Span<byte> bytes = stackalloc byte[SealingKey.SecretSize];
        try
        {
            return Bech32.TryDecode(IdentityName, text, bytes) ? new SealingKey(SecretKey.CopyFrom(bytes)) : null;
        }
        finally
        {
            bytes.Clear();
        }
    }
}
