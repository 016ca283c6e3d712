using System.Buffers.Binary;
using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;

namespace Cairn.Vectors;

/// <summary>
/// Seals objects by hand, from the text of docs/format.md section 6 and not with the engine's envelopes, so that any
/// part can be wrong while all others fit.
/// </summary>
sealed record EnvelopeMaker(Kit Kit, ObjectType Type, byte[] Body)
{
    public Signer Signer { get; init; } = Kit.Host;
    public Ulid Ulid { get; init; } = Kit.NewUlid();
    public RepositoryId Repository { get; init; } = Kit.Repository;
    public Func<byte[], byte[]> Header { get; init; } = header => header;

    /// <summary>Changes the length field that is written.</summary>
    public int LengthError { get; init; }
    public Func<byte[], byte[]> Signature { get; init; } = signature => signature;
    public Func<byte[], byte[]> Padding { get; init; } = zeros => zeros;
    public string? Purpose { get; init; }
    public string Context { get; init; } = "cairn/1 signed";
    public SignerId? ClaimedSigner { get; init; }

    byte[] HeaderBytes()
    {
        var header = new byte[ObjectHeader.Size];
        ObjectHeader.Write(header, Type, domain: 0);
        return Header(header);
    }

    byte[] SignerAndBody()
    {
        var writer = new ByteWriter();
        writer.Bytes((ClaimedSigner ?? Signer.Id).Value);
        writer.U32((uint)(Body.Length + LengthError));
        writer.Bytes(Body);
        return writer.ToArray();
    }

    byte[] Sign(params ReadOnlySpan<byte> message)
    {
        var signature = new byte[64];
        Signer.Sign([.. System.Text.Encoding.ASCII.GetBytes(Context), .. Repository.AsSpan(), .. message], signature);
        return Signature(signature);
    }

    /// <summary>Section 6.1: key slots, rosters, epochs.</summary>
    public byte[] SealPlain()
    {
        byte[] signed = [.. HeaderBytes(), .. UlidBytes(), .. SignerAndBody()];
        return [.. signed, .. Sign(signed)];
    }

    /// <summary>Section 6.2: objects under the index key.</summary>
    public byte[] SealUnderIndexKey()
    {
        byte[] head = [.. HeaderBytes(), .. UlidBytes(), .. Kit.Random.Bytes(32)];
        var text = SignerAndBody();
        byte[] signed = [.. text, .. Sign([.. head, .. text])];
        var size = head.Length + signed.Length + Aead.TagSize;
        var zeros = new byte[Engine.Formats.Padding.PaddedLength(size) - size];
        byte[] plain = [.. signed, .. Padding(zeros)];
        var key = new byte[Aead.KeySize];
        KeyDerivation.ForObject(Kit.Keys.Shared.Index, head.AsSpan(28), Purpose ?? DefaultPurpose(), key);
        var sealedText = new byte[plain.Length + Aead.TagSize];
        using var aead = new Aead(key);
        aead.Encrypt(0, [.. Repository.AsSpan(), .. head], plain, sealedText);
        return [.. head, .. sealedText];
    }

    /// <summary>Section 6.3: snapshots.</summary>
    public byte[] SealSnapshot(ObjectHash ledger, uint epoch = 0, SealingPublicKey? recipient = null)
    {
        var key = Kit.Random.Bytes(Aead.KeySize);
        var box = new byte[80];
        SealedBox.TrySeal(recipient ?? Kit.Keys.RestorePublic, key, box, Kit.Random);
        var writer = new ByteWriter();
        writer.Bytes([.. HeaderBytes(), .. UlidBytes()]);
        writer.Bytes((ClaimedSigner ?? Signer.Id).Value);
        writer.U32(epoch);
        writer.Bytes(box);
        var head = writer.ToArray();

        var length = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)(Body.Length + LengthError));
        var size = head.Length + length.Length + Body.Length + Aead.TagSize + 64;
        var zeros = new byte[Engine.Formats.Padding.PaddedLength(size) - size];
        byte[] plain = [.. length, .. Body, .. Padding(zeros)];
        var sealedText = new byte[plain.Length + Aead.TagSize];
        using var aead = new Aead(key);
        aead.Encrypt(0, [.. Repository.AsSpan(), .. head], plain, sealedText);
        byte[] signed = [.. head, .. sealedText];
        return [.. signed, .. Sign([.. ledger.AsSpan(), .. signed])];
    }

    byte[] UlidBytes()
    {
        var bytes = new byte[Ulid.Size];
        Ulid.CopyTo(bytes);
        return bytes;
    }

    string DefaultPurpose() => Type == ObjectType.HostRecord ? "host" : Type.ToString().ToLowerInvariant();
}
