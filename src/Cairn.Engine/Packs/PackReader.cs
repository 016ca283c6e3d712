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
        Span<byte> contentHash = stackalloc byte[PackLayout.ContentHashSize];
        if (HashOf(pack, contentHash) != name)
            throw new FormatViolationException(FailureKind.Name, "its bytes do not hash to its name");
        var table = ReadTable(name, pack, keys, out var tableOffset);
        if (!contentHash.SequenceEqual(pack[^PackLayout.TrailerSize..][..PackLayout.ContentHashSize]))
            throw new FormatViolationException(FailureKind.Content, "its content hash is wrong");
        RequireSignature(pack, tableOffset, table.Authors[0], keys, signers);
        return table;
    }

    // One pass, as the sealer makes it: on the way to the name's hash lies the content's. Where no table can be, that
    // is of no interest.
    static ObjectHash HashOf(ReadOnlySpan<byte> pack, Span<byte> contentHash)
    {
        var tableOffset = FindTable(pack, firstOffset: 0) ?? pack.Length;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(pack[..tableOffset]);
        hash.GetCurrentHash(contentHash);
        hash.AppendData(pack[tableOffset..]);
        Span<byte> name = stackalloc byte[ObjectHash.Size];
        hash.GetHashAndReset(name);
        return new ObjectHash(name);
    }

    /// <summary>Where the trailer says that the table begins; null if there is no room for that.</summary>
    static int? FindTable(ReadOnlySpan<byte> pack, int firstOffset)
    {
        if (pack.Length < PackLayout.TrailerSize)
            return null;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(pack[^8..]);
        return length >= Aead.TagSize && length <= pack.Length - PackLayout.TrailerSize - firstOffset
            ? pack.Length - PackLayout.TrailerSize - (int)length
            : null;
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
        tableOffset = FindTable(pack, blobsOffset) ?? throw Violation("its table does not fit into it");
        var tableLength = pack.Length - PackLayout.TrailerSize - tableOffset;

        var text = new byte[tableLength - Aead.TagSize];
        using (var aead = PackTableKey.CreateAead(header, keys))
        {
            if (!aead.TryDecrypt(
                0, PackTableKey.AssociatedData(header, keys), pack.Slice(tableOffset, tableLength), text))
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

    // Of the content's hash that the trailer states, and that was found right.
    static void RequireSignature(
        ReadOnlySpan<byte> pack, int tableOffset, SignerId author, EnvelopeKeys keys, ISignerDirectory signers)
    {
        var trailer = pack[^PackLayout.TrailerSize..];
        var contentHash = trailer[..PackLayout.ContentHashSize];
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
