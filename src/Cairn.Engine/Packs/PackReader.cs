using System.Buffers.Binary;
using System.Security.Cryptography;
using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Packs;

/// <summary>Reads a pack's table from its own bytes, and verifies a whole pack (docs/format.md, section 7).</summary>
public static class PackReader
{
    /// <summary>
    /// Verifies a pack held as a whole, but for its blobs: name, form, table, signature. Padding is random and not
    /// checked further than by the name.
    /// </summary>
    public static PackTable Verify(
        ObjectHash name, ReadOnlySpan<byte> pack, EnvelopeKeys keys, ISignerDirectory signers)
    {
        // A newer format is told before damage, so the header comes before the hash.
        ObjectHeader.Read(pack, ObjectType.Pack);
        Span<byte> hash = stackalloc byte[ObjectHash.Size];
        SHA256.HashData(pack, hash);
        if (new ObjectHash(hash) != name)
            throw new FormatViolationException(FailureKind.Name, "its bytes do not hash to its name");
        var table = ReadTable(name, pack, keys, out var tableOffset);
        RequireSignature(pack, tableOffset, table.Authors[0], keys, signers);
        return table;
    }

    /// <summary>The table as the pack itself has it, authenticated under the index key; says nothing of who signed
    /// it.</summary>
    internal static PackTable ReadTable(ObjectHash name, ReadOnlySpan<byte> pack, EnvelopeKeys keys,
        out int tableOffset)
    {
        var header = PackHeader.Decode(pack);
        var blobsOffset = PackHeader.SizeWithKeys(header.Keys.Count);
        if (pack.Length is < PackLayout.SmallestPack or > Limits.PackBytes
            || !pack.EndsWith(PackLayout.TrailerMagic))
            throw Violation("it has no trailer");
        var tableLength = BinaryPrimitives.ReadUInt32LittleEndian(pack[^8..]);
        if (tableLength < Aead.TagSize || tableLength > pack.Length - PackLayout.TrailerSize - blobsOffset)
            throw Violation("its table does not fit into it");
        tableOffset = pack.Length - PackLayout.TrailerSize - (int)tableLength;

        var text = new byte[tableLength - Aead.TagSize];
        using (var aead = PackTableKey.CreateAead(header, keys))
        {
            if (!aead.TryDecrypt(
                0, PackTableKey.AssociatedData(header, keys), pack.Slice(tableOffset, (int)tableLength), text))
                throw new FormatViolationException(
                    FailureKind.Authentication, "the authentication tag of its table is wrong");
        }
        var reader = new ByteReader(text);
        var (authors, rows) = PackTableCodec.Read(ref reader, header.Kind, header.Keys.Count);
        if (tableLength != Padding.PaddedLength(reader.Position + Aead.TagSize))
            throw Violation("its table is padded to another length than it should be");
        Padding.RequireZeros(text.AsSpan(reader.Position));
        if (blobsOffset + PackLayout.BlobBytes(rows) > tableOffset)
            throw Violation("its blobs run into its table");
        return new PackTable
        {
            Name = name, Kind = header.Kind, PackSize = pack.Length, Keys = header.Keys, Authors = authors, Rows = rows,
            BlobsOffset = blobsOffset,
        };
    }

    static void RequireSignature(
        ReadOnlySpan<byte> pack, int tableOffset, SignerId author, EnvelopeKeys keys, ISignerDirectory signers)
    {
        var trailer = pack[^PackLayout.TrailerSize..];
        var contentHash = trailer[..PackLayout.ContentHashSize];
        if (!SHA256.HashData(pack[..tableOffset]).AsSpan().SequenceEqual(contentHash))
            throw new FormatViolationException(FailureKind.Content, "its content hash is wrong");
        if (signers.Find(author, ObjectType.Pack) is not { } publicKey)
            throw new FormatViolationException(
                FailureKind.Signature, $"it is signed by {author}, who is not entitled to write a pack")
            {
                IsUnknownSigner = true,
            };
        var signed = PackSealer.SignedText(
            keys.Repository, contentHash, pack[tableOffset..^PackLayout.TrailerSize]);
        if (!SignatureVerifier.Verify(
            publicKey, signed, trailer.Slice(PackLayout.ContentHashSize, PackLayout.SignatureSize)))
            throw new FormatViolationException(FailureKind.Signature, "its signature is wrong");
    }

    static FormatViolationException Violation(string what) => new(FailureKind.Framing, what);
}
