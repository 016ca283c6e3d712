using Cairn.Engine.Crypto;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories.Keys;

namespace Cairn.App.OpenPgp;

/// <summary>The OpenPGP secret keys that gpg has, on this machine or on a card.</summary>
/// <param name="passphrase">Of the OpenPGP key; null to let gpg ask. Owned.</param>
/// <param name="cancellationToken">Ends gpg, which may be asking.</param>
sealed class OpenPgpSecret(SecretKey? passphrase, CancellationToken cancellationToken) : UnlockSecret
{
    public override SealingKey? TryOpen(KeySlot slot)
    {
        if (slot.Kind != KeySlotKind.OpenPgp)
            return null;
        var key = WrappedSecret.TryUnwrap(slot.WrappedSecret.Span, passphrase, cancellationToken);
        if (key is null || key.PublicKey == slot.Recipient)
            return key;
        key.Dispose();
        return null;
    }

    public override void Dispose() => passphrase?.Dispose();
}
