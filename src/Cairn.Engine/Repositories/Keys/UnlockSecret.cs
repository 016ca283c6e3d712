using Cairn.Engine.Crypto;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Repositories.Keys;

/// <summary>What a person has to open a repository with.</summary>
public abstract class UnlockSecret : IDisposable
{
    /// <summary>The secret key of this slot, or null if this secret is not its. The caller disposes it.</summary>
    public abstract SealingKey? TryOpen(KeySlot slot);

    public abstract void Dispose();
}

public sealed class PassphraseSecret(SecretKey passphrase) : UnlockSecret
{
    /// <summary>Argon2id takes a fraction of a second per slot, as it should; slots of other kinds cost
    /// nothing.</summary>
    public override SealingKey? TryOpen(KeySlot slot)
    {
        if (slot.Passphrase is not { } parameters)
            return null;
        var key = PassphraseKey.Derive(passphrase.AsSpan(), parameters);
        if (key.PublicKey == slot.Recipient)
            return key;
        key.Dispose();
        return null;
    }

    public override void Dispose() => passphrase.Dispose();
}

/// <summary>The printed recovery key, or the secrets of any other X25519 recipients. Owns them.</summary>
public sealed class SealingKeySecret(IReadOnlyList<SealingKey> keys) : UnlockSecret
{
    public SealingKeySecret(SealingKey key) : this([key]) { }

    public override SealingKey? TryOpen(KeySlot slot) =>
        keys.FirstOrDefault(key => key.PublicKey == slot.Recipient) is { } fitting
            ? new SealingKey(fitting.Secret.Copy()) : null;

    public override void Dispose()
    {
        foreach (var key in keys)
            key.Dispose();
    }
}
