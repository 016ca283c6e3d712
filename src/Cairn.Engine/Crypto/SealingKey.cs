using Cairn.Engine.Interop;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Crypto;

/// <summary>An X25519 secret with its public half: opens what was sealed to it. Any thread may open.</summary>
public sealed class SealingKey : IDisposable
{
    public const int SecretSize = Sodium.BoxKeyBytes;

    /// <summary>Takes over the secret and disposes it.</summary>
    public SealingKey(SecretKey secret)
    {
        Invariant.That(secret.Length == SecretSize);
        Sodium.EnsureReady();
        Span<byte> publicKey = stackalloc byte[SealingPublicKey.Size];
        var outcome = Sodium.ScalarMultBase(publicKey, secret.AsSpan());
        Invariant.That(outcome == 0);
        Secret = secret;
        PublicKey = new SealingPublicKey(publicKey);
    }

    public SecretKey Secret { get; }

    public SealingPublicKey PublicKey { get; }

    internal bool TryOpen(ReadOnlySpan<byte> box, Span<byte> message) =>
        Sodium.BoxSealOpen(message, box, (ulong)box.Length, PublicKey.AsSpan(), Secret.AsSpan()) == 0;

    public void Dispose() => Secret.Dispose();
}
