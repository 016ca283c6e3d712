using System.Buffers.Binary;
using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Envelopes;

/// <summary>
/// Encrypted under the index key, signed inside: index, ledgers, moves, retired and host records (docs/format.md,
/// section 6.2).
/// </summary>
public static class IndexEnvelope
{
    const int UlidOffset = ObjectHeader.Size;
    const int SaltOffset = UlidOffset + Ulid.Size;
    const int HeadSize = SaltOffset + KeyDerivation.ObjectSaltSize;
    const int LengthOffset = SignerId.Size;
    const int BodyOffset = LengthOffset + sizeof(uint);
    const int SmallestPlain = BodyOffset + Signer.SignatureSize;

    static ReadOnlySpan<byte> Context => "cairn/1 signed"u8;

    public static byte[] Seal(
        ObjectType type, ushort domain, Ulid ulid, ReadOnlySpan<byte> body, EnvelopeKeys keys, Signer signer,
        IRandomSource random)
    {
        var stored = new byte[Padding.PaddedLength(HeadSize + SmallestPlain + body.Length + Aead.TagSize)];
        ObjectHeader.Write(stored, type, domain);
        ulid.CopyTo(stored.AsSpan(UlidOffset));
        random.Fill(stored.AsSpan(SaltOffset, KeyDerivation.ObjectSaltSize));
        var head = stored.AsSpan(0, HeadSize);

        using var buffer = BufferPool.Shared.Rent(stored.Length - HeadSize - Aead.TagSize);
        var plain = buffer.Span;
        signer.Id.CopyTo(plain);
        BinaryPrimitives.WriteUInt32LittleEndian(plain[LengthOffset..], (uint)body.Length);
        body.CopyTo(plain[BodyOffset..]);
        var signedLength = BodyOffset + body.Length;
        SignedMessage.Sign(
            signer, Context, keys.Repository, head, plain[..signedLength],
            plain.Slice(signedLength, Signer.SignatureSize));
        plain[(signedLength + Signer.SignatureSize)..].Clear();

        using var aead = CreateAead(type, head, keys);
        aead.Encrypt(0, AssociatedData(head, keys), plain, stored.AsSpan(HeadSize));
        return stored;
    }

    public static OpenedObject Open(
        ObjectType type, ReadOnlySpan<byte> stored, EnvelopeKeys keys, ISignerDirectory signers)
    {
        var domain = ObjectHeader.Read(stored, type);
        if (stored.Length < HeadSize + SmallestPlain + Aead.TagSize)
            throw new FormatViolationException(FailureKind.Framing, "it is too short");
        var head = stored[..HeadSize];
        var plain = new byte[stored.Length - HeadSize - Aead.TagSize];
        using (var aead = CreateAead(type, head, keys))
        {
            if (!aead.TryDecrypt(0, AssociatedData(head, keys), stored[HeadSize..], plain))
                throw new FormatViolationException(FailureKind.Authentication, "its authentication tag is wrong");
        }

        var bodyLength = BinaryPrimitives.ReadUInt32LittleEndian(plain.AsSpan(LengthOffset));
        if (bodyLength > plain.Length - SmallestPlain
            || stored.Length != Padding.PaddedLength(HeadSize + SmallestPlain + (int)bodyLength + Aead.TagSize))
            throw new FormatViolationException(FailureKind.Framing, "its length field does not fit its length");
        var signedLength = BodyOffset + (int)bodyLength;
        Padding.RequireZeros(plain.AsSpan(signedLength + Signer.SignatureSize));
        var signer = new SignerId(plain.AsSpan(0, SignerId.Size));
        SignedMessage.Verify(
            signers, signer, type, Context, keys.Repository, head, plain.AsSpan(0, signedLength),
            plain.AsSpan(signedLength, Signer.SignatureSize));
        return new OpenedObject(
            new Ulid(stored.Slice(UlidOffset, Ulid.Size)), signer, domain, plain.AsMemory(BodyOffset, (int)bodyLength));
    }

    static Aead CreateAead(ObjectType type, ReadOnlySpan<byte> head, EnvelopeKeys keys)
    {
        Span<byte> key = stackalloc byte[Aead.KeySize];
        KeyDerivation.ForObject(keys.Index, head[SaltOffset..], Purpose(type), key);
        var aead = new Aead(key);
        key.Clear();
        return aead;
    }

    static byte[] AssociatedData(ReadOnlySpan<byte> head, EnvelopeKeys keys) => [.. keys.Repository.AsSpan(), .. head];

    static string Purpose(ObjectType type) => type switch
    {
        ObjectType.Index => "index",
        ObjectType.Ledger => "ledger",
        ObjectType.Moves => "moves",
        ObjectType.Retired => "retired",
        ObjectType.HostRecord => "host",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not an object under the index key"),
    };
}

/// <summary>The repository an envelope belongs to, and the key of its domain. Borrowed.</summary>
public sealed record EnvelopeKeys(RepositoryId Repository, SecretKey Index);
