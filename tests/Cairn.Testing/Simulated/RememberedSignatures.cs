using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Cairn.Engine.Crypto;

namespace Cairn.Testing.Simulated;

/// <summary>
/// In a simulated life each process verifies what all before it have verified: two fifths of all processor time. What
/// was found of a key, a message and a signature is found once, and remembered by the hash of all three.
/// </summary>
public static class RememberedSignatures
{
    const int KeptMax = 1 << 18;

    static readonly ConcurrentDictionary<UInt128, bool> Found = new();

    /// <summary>From now on, in all of this process.</summary>
    public static void Use() => SignatureVerifier.Verifies = Verify;

    static bool Verify(SigningPublicKey publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        var key = KeyOf(publicKey, message, signature);
        if (Found.TryGetValue(key, out var isRight))
            return isRight;
        isRight = SignatureVerifier.Compute(publicKey, message, signature);
        // Lives do not share what they verify, so what is old is of no use any more.
        if (Found.Count > KeptMax)
            Found.Clear();
        Found[key] = isRight;
        return isRight;
    }

    // The signature's length is part of what is hashed, so that no byte can pass from one part to the next.
    static UInt128 KeyOf(SigningPublicKey publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        Span<byte> head = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(head, signature.Length);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(head);
        hash.AppendData(publicKey.AsSpan());
        hash.AppendData(signature);
        hash.AppendData(message);
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(bytes);
        return BinaryPrimitives.ReadUInt128LittleEndian(bytes);
    }
}
