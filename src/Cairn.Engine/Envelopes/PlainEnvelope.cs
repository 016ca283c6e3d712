using System.Buffers.Binary;
using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Envelopes;

/// <summary>Signed and readable by anybody: key slots, rosters, epochs (docs/format.md, section 6.1).</summary>
public static class PlainEnvelope
{
    const int UlidOffset = ObjectHeader.Size;
    const int SignerOffset = UlidOffset + Ulid.Size;
    const int LengthOffset = SignerOffset + SignerId.Size;
    const int BodyOffset = LengthOffset + sizeof(uint);
    const int SmallestSize = BodyOffset + Signer.SignatureSize;

    static ReadOnlySpan<byte> Context => "cairn/1 signed"u8;

    public static byte[] Seal(
        ObjectType type, ushort domain, Ulid ulid, ReadOnlySpan<byte> body, RepositoryId repository, Signer signer)
    {
        var stored = new byte[SmallestSize + body.Length];
        ObjectHeader.Write(stored, type, domain);
        ulid.CopyTo(stored.AsSpan(UlidOffset));
        signer.Id.CopyTo(stored.AsSpan(SignerOffset));
        BinaryPrimitives.WriteUInt32LittleEndian(stored.AsSpan(LengthOffset), (uint)body.Length);
        body.CopyTo(stored.AsSpan(BodyOffset));
        var signed = stored.AsSpan(..^Signer.SignatureSize);
        SignedMessage.Sign(signer, Context, repository, signed, stored.AsSpan(^Signer.SignatureSize..));
        return stored;
    }

    public static OpenedObject Open(
        ObjectType type, ReadOnlyMemory<byte> stored, RepositoryId repository, ISignerDirectory signers)
    {
        var bytes = stored.Span;
        var domain = ObjectHeader.Read(bytes, type);
        if (bytes.Length < SmallestSize)
            throw new FormatViolationException(FailureKind.Framing, "it is too short");
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[LengthOffset..]) != bytes.Length - SmallestSize)
            throw new FormatViolationException(FailureKind.Framing, "its length field does not fit its length");
        var signer = new SignerId(bytes.Slice(SignerOffset, SignerId.Size));
        SignedMessage.Verify(
            signers, signer, type, Context, repository, bytes[..^Signer.SignatureSize], bytes[^Signer.SignatureSize..]);
        return new OpenedObject(
            new Ulid(bytes.Slice(UlidOffset, Ulid.Size)), signer, domain,
            stored.Slice(BodyOffset, stored.Length - SmallestSize));
    }
}
