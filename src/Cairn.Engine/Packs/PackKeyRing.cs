using System.Collections.Concurrent;
using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Packs;

/// <summary>
/// Opens packs' content keys with the restore secrets of the epochs. Borrows the secrets. Any thread.
/// </summary>
public sealed class PackKeyRing(IReadOnlyDictionary<uint, SealingKey> restoreSecrets)
{
    /// <summary>The key itself; the caller disposes it.</summary>
    public SecretKey Open(SealedPackKey sealedKey)
    {
        if (!restoreSecrets.TryGetValue(sealedKey.Epoch, out var secret))
            throw new FormatViolationException(
                FailureKind.WrongKey, $"its key is sealed to epoch {sealedKey.Epoch}, which this key does not open");
        var key = new SecretKey(Aead.KeySize);
        if (SealedBox.TryOpen(secret, sealedKey.SealedBox.Span, key.AsWritableSpan()))
            return key;
        key.Dispose();
        throw new FormatViolationException(FailureKind.Authentication, "its sealed key does not open");
    }
}
