using System.Buffers.Binary;
using System.Security.Cryptography;
using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Packs;

/// <summary>A pack ready to be stored: its bytes lie at the start of the buffer. Owns the buffer.</summary>
public sealed record SealedPack(PackTable Table, PooledBuffer Buffer) : IDisposable
{
    public ReadOnlyMemory<byte> Bytes => Buffer.Memory[..Table.PackSize];

    public void Dispose() => Buffer.Dispose();
}

/// <summary>Turns a filled builder into a pack: padding, table, signature, name (docs/format.md, section 7).</summary>
public static class PackSealer
{
    static ReadOnlySpan<byte> SignatureContext => "cairn/1 pack"u8;

    /// <summary>Takes over the builder.</summary>
    public static SealedPack Seal(PackBuilder builder, PackContext context)
    {
        return Seal(
            builder.Buffer, builder.Header, builder.CompletedRows(), [context.Author.Id], builder.BlobsEnd, context);
    }

    /// <summary>
    /// Of a buffer that holds header and blobs up to <paramref name="blobsEnd"/>; takes it over. The first author
    /// signs.
    /// </summary>
    internal static SealedPack Seal(
        PooledBuffer buffer, PackHeader header, PackRow[] rows, SignerId[] authors, int blobsEnd, PackContext context)
    {
        Invariant.That(rows.Length > 0 && authors[0] == context.Author.Id);
        var sealedTable = SealTable(header, rows, authors, context);
        var withoutPadding = blobsEnd + sealedTable.Length + PackLayout.TrailerSize;
        var size = Math.Max(PackLayout.SmallestPack, Padding.PaddedLength(withoutPadding));
        Invariant.That(size <= buffer.Capacity);
        buffer.Length = size;
        var pack = buffer.Span;

        var tableOffset = size - PackLayout.TrailerSize - sealedTable.Length;
        context.Random.Fill(pack[blobsEnd..tableOffset]);
        sealedTable.CopyTo(pack[tableOffset..]);
        var name = WriteTrailerAndHash(pack, tableOffset, sealedTable.Length, context);

        var table = new PackTable
        {
            Name = name, Kind = header.Kind, PackSize = size, Keys = header.Keys, Authors = authors, Rows = rows,
            BlobsOffset = PackHeader.SizeWithKeys(header.Keys.Count),
        };
        PackLayout.RequireBlobsFit(table);
        return new SealedPack(table, buffer);
    }

    static byte[] SealTable(PackHeader header, PackRow[] rows, SignerId[] authors, PackContext context)
    {
        var writer = new ByteWriter(rows.Length * PackTableCodec.UsualRow + 64);
        PackTableCodec.Write(writer, authors, rows);
        writer.Zeros(Padding.PaddedLength(writer.Length + Aead.TagSize) - writer.Length - Aead.TagSize);
        var sealedTable = new byte[writer.Length + Aead.TagSize];
        using var aead = PackTableKey.CreateAead(header, context.Keys);
        aead.Encrypt(0, PackTableKey.AssociatedData(header, context.Keys), writer.Written, sealedTable);
        return sealedTable;
    }

    // One pass over the pack: the state of the name's hash gives the content's hash on the way.
    static ObjectHash WriteTrailerAndHash(Span<byte> pack, int tableOffset, int tableLength, PackContext context)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(pack[..tableOffset]);
        var trailer = pack[(tableOffset + tableLength)..];
        var contentHash = trailer[..PackLayout.ContentHashSize];
        hash.GetCurrentHash(contentHash);

        var signature = trailer.Slice(PackLayout.ContentHashSize, PackLayout.SignatureSize);
        context.Author.Sign(
            SignedText(context.Keys.Repository, contentHash, pack.Slice(tableOffset, tableLength)), signature);
        var rest = trailer[(PackLayout.ContentHashSize + PackLayout.SignatureSize)..];
        BinaryPrimitives.WriteUInt32LittleEndian(rest, (uint)tableLength);
        PackLayout.TrailerMagic.CopyTo(rest[sizeof(uint)..]);

        hash.AppendData(pack[tableOffset..]);
        Span<byte> name = stackalloc byte[ObjectHash.Size];
        hash.GetHashAndReset(name);
        return new ObjectHash(name);
    }

    internal static byte[] SignedText(
        RepositoryId repository, ReadOnlySpan<byte> contentHash, ReadOnlySpan<byte> sealedTable) =>
        [.. SignatureContext, .. repository.AsSpan(), .. contentHash, .. SHA256.HashData(sealedTable)];
}
