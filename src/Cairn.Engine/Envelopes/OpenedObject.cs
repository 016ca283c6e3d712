using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Envelopes;

/// <summary>What an envelope held: authentic as far as its key goes; the signature is verified against the claimed
/// signer.</summary>
public sealed record OpenedObject(Ulid Ulid, SignerId Signer, ushort Domain, ReadOnlyMemory<byte> Body);

/// <summary>Whether a signer's key is known, and with what right it signs: answered by the repository's registry of
/// signers.</summary>
public interface ISignerDirectory
{
    /// <summary>The public key of a signer that may sign such an object at all, or null.</summary>
    Crypto.SigningPublicKey? Find(SignerId signer, ObjectType type);
}
