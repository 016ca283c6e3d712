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

/// <summary>The printed recovery key, or the secret of any other X25519 recipient.</summary>
public sealed class SealingKeySecret(SealingKey key) : UnlockSecret
{
    public override SealingKey? TryOpen(KeySlot slot) =>
        slot.Recipient == key.PublicKey ? new SealingKey(key.Secret.Copy()) : null;

    public override void Dispose() => key.Dispose();
}
