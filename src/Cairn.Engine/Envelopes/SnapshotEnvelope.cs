using System.Buffers.Binary;
using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Envelopes;

/// <summary>
/// Encrypted to an epoch's restore key, signed outside by the host: snapshots (docs/format.md, section 6.3). Anybody
/// with the index key can see that a snapshot is authentic, for only the signature and the ledger's hash are needed.
/// </summary>
public static class SnapshotEnvelope
{
    const int UlidOffset = ObjectHeader.Size;
    const int SignerOffset = UlidOffset + Ulid.Size;
    const int EpochOffset = SignerOffset + SignerId.Size;
    const int BoxOffset = EpochOffset + sizeof(uint);
    const int HeadSize = BoxOffset + Aead.KeySize + SealedBox.Overhead;
    const int LengthSize = sizeof(uint);
    const int SmallestSize = HeadSize + LengthSize + Aead.TagSize + Signer.SignatureSize;

    static ReadOnlySpan<byte> Context => "cairn/1 snapshot"u8;

    public static byte[] Seal(
        SnapshotSeal seal, ReadOnlySpan<byte> body, RepositoryId repository, Signer host, IRandomSource random)
    {
        var stored = new byte[Padding.PaddedLength(SmallestSize + body.Length)];
        ObjectHeader.Write(stored, ObjectType.Snapshot, seal.Domain);
        seal.Ulid.CopyTo(stored.AsSpan(UlidOffset));
        host.Id.CopyTo(stored.AsSpan(SignerOffset));
        BinaryPrimitives.WriteUInt32LittleEndian(stored.AsSpan(EpochOffset), seal.Epoch);
        using var key = SecretKey.CreateRandom(Aead.KeySize, random);
        var isSealed = SealedBox.TrySeal(
            seal.RestoreKey, key.AsSpan(), stored.AsSpan(BoxOffset, HeadSize - BoxOffset), random);
        Invariant.That(isSealed);

        var plain = new byte[stored.Length - HeadSize - Aead.TagSize - Signer.SignatureSize];
        BinaryPrimitives.WriteUInt32LittleEndian(plain, (uint)body.Length);
        body.CopyTo(plain.AsSpan(LengthSize));
        using (var aead = new Aead(key.AsSpan()))
            aead.Encrypt(
                0, AssociatedData(stored.AsSpan(0, HeadSize), repository), plain,
                stored.AsSpan(HeadSize, plain.Length + Aead.TagSize));
        SignedMessage.Sign(
            host, Context, repository, [.. seal.Ledger.AsSpan(), .. stored.AsSpan(..^Signer.SignatureSize)],
            stored.AsSpan(^Signer.SignatureSize..));
        return stored;
    }

    /// <summary>Form, signature, and that host, ULID and ledger are those of the name: all that needs no restore
    /// key.</summary>
    public static SnapshotHead Verify(
        SnapshotName name, ReadOnlySpan<byte> stored, RepositoryId repository, ISignerDirectory signers)
    {
        var (signer, ulid) = ReadName(stored);
        if (ulid != name.Ulid || signer != name.Host)
            throw new FormatViolationException(FailureKind.Name, "its name says another host or time than the object");
        SignedMessage.Verify(
            signers, signer, ObjectType.Snapshot, Context, repository,
            [.. name.Ledger.AsSpan(), .. stored[..^Signer.SignatureSize]], stored[^Signer.SignatureSize..]);
        return new SnapshotHead(signer, BinaryPrimitives.ReadUInt32LittleEndian(stored[EpochOffset..]));
    }

    /// <summary>Decrypts a snapshot that <see cref="Verify"/> has accepted.</summary>
    public static byte[] Open(ReadOnlySpan<byte> stored, RepositoryId repository, SealingKey restoreKey)
    {
        using var key = OpenKey(stored, restoreKey);
        return Open(stored, repository, key);
    }

    /// <summary>
    /// The key of this one body. Who gives it away lets the body of this one snapshot be read, and nothing else: that
    /// is how a copy under other keys can still show what was signed. The caller disposes it.
    /// </summary>
    public static SecretKey OpenKey(ReadOnlySpan<byte> stored, SealingKey restoreKey)
    {
        var key = new SecretKey(Aead.KeySize);
        if (SealedBox.TryOpen(restoreKey, stored[BoxOffset..HeadSize], key.AsWritableSpan()))
            return key;
        key.Dispose();
        throw new FormatViolationException(FailureKind.Authentication, "its sealed key does not open");
    }

    /// <summary>Decrypts with the body's own key.</summary>
    public static byte[] Open(ReadOnlySpan<byte> stored, RepositoryId repository, SecretKey key)
    {
        var plain = new byte[stored.Length - HeadSize - Aead.TagSize - Signer.SignatureSize];
        using (var aead = new Aead(key.AsSpan()))
        {
            if (!aead.TryDecrypt(
                0, AssociatedData(stored[..HeadSize], repository), stored[HeadSize..^Signer.SignatureSize], plain))
                throw new FormatViolationException(FailureKind.Authentication, "its authentication tag is wrong");
        }
        var bodyLength = BinaryPrimitives.ReadUInt32LittleEndian(plain);
        if (bodyLength > plain.Length - LengthSize
            || stored.Length != Padding.PaddedLength(SmallestSize + (int)bodyLength))
            throw new FormatViolationException(FailureKind.Framing, "its length field does not fit its length");
        Padding.RequireZeros(plain.AsSpan(LengthSize + (int)bodyLength));
        return plain[LengthSize..(LengthSize + (int)bodyLength)];
    }

    /// <summary>Host and ULID as the object itself states them.</summary>
    public static (SignerId Host, Ulid Ulid) ReadName(ReadOnlySpan<byte> stored)
    {
        ObjectHeader.Read(stored, ObjectType.Snapshot);
        if (stored.Length < SmallestSize)
            throw new FormatViolationException(FailureKind.Framing, "it is too short");
        return (new SignerId(stored.Slice(SignerOffset, SignerId.Size)),
            new Ulid(stored.Slice(UlidOffset, Ulid.Size)));
    }

    static byte[] AssociatedData(ReadOnlySpan<byte> head, RepositoryId repository) =>
        [.. repository.AsSpan(), .. head];
}

/// <summary>What a snapshot is sealed with besides its content.</summary>
public sealed record SnapshotSeal(
    Ulid Ulid, ObjectHash Ledger, uint Epoch, ushort Domain, SealingPublicKey RestoreKey);

public readonly record struct SnapshotHead(SignerId Host, uint Epoch);
