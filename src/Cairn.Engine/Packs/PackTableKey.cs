using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;

namespace Cairn.Engine.Packs;

/// <summary>The one-time key of a pack's table and its associated data.</summary>
static class PackTableKey
{
    public static Aead CreateAead(PackHeader header, EnvelopeKeys keys)
    {
        Span<byte> key = stackalloc byte[Aead.KeySize];
        KeyDerivation.ForObject(keys.Index, header.Salt.Span, "pack table", key);
        var aead = new Aead(key);
        key.Clear();
        return aead;
    }

    public static byte[] AssociatedData(PackHeader header, EnvelopeKeys keys) =>
        [.. keys.Repository.AsSpan(), .. header.Encode().AsSpan(0, PackHeader.FixedSize)];
}
