using Cairn.Engine.Interop;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Crypto;

/// <summary>
/// An Ed25519 secret. Callers compose what is signed: a context string, the repository id, the message; so that a
/// signature says one thing in one place only. Any thread may sign.
/// </summary>
public sealed class Signer : IDisposable
{
    public const int SeedSize = Sodium.SignSeedBytes;
    public const int SignatureSize = Sodium.SignatureBytes;

    readonly SecretKey _secret = new(Sodium.SignSecretKeyBytes);

    /// <summary>Copies what it needs; the seed stays the caller's.</summary>
    public Signer(SecretKey seed)
    {
        Invariant.That(seed.Length == SeedSize);
        Sodium.EnsureReady();
        Span<byte> publicKey = stackalloc byte[Sodium.SignPublicKeyBytes];
        var outcome = Sodium.SignSeedKeyPair(publicKey, _secret.AsWritableSpan(), seed.AsSpan());
        Invariant.That(outcome == 0);
        PublicKey = new SigningPublicKey(publicKey);
        Id = PublicKey.ToSignerId();
    }

    public SigningPublicKey PublicKey { get; }

    public SignerId Id { get; }

    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature)
    {
        Invariant.That(signature.Length == SignatureSize);
        var outcome = Sodium.SignDetached(signature, 0, message, (ulong)message.Length, _secret.AsSpan());
        Invariant.That(outcome == 0);
    }

    /// <summary>
    /// A key that only the owner of this secret can make: for what he alone is to read again. The caller disposes it.
    /// </summary>
    public SecretKey DeriveKey(string label)
    {
        // libsodium's secret key begins with the seed.
        using var seed = SecretKey.CopyFrom(_secret.AsSpan()[..SeedSize]);
        return KeyDerivation.FromSeed(seed, label, domain: 0);
    }

    public void Dispose() => _secret.Dispose();
}

/// <summary>Checks Ed25519 signatures. Any thread may.</summary>
public static class SignatureVerifier
{
    internal delegate bool Rule(
        SigningPublicKey publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);

    /// <summary>
    /// For the simulation alone, in which one process plays hundreds that all verify the same: it may remember what
    /// <see cref="Compute"/> has found. Nothing in the product sets it.
    /// </summary>
    internal static Rule Verifies { get; set; } = Compute;

    public static bool Verify(SigningPublicKey publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        Verifies(publicKey, message, signature);

    internal static bool Compute(
        SigningPublicKey publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        Sodium.EnsureReady();
        return signature.Length == Signer.SignatureSize
            && Sodium.SignVerifyDetached(signature, message, (ulong)message.Length, publicKey.AsSpan()) == 0;
    }
}
