using System.Buffers.Binary;
using System.Security.Cryptography;
using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;

namespace Cairn.Vectors;

/// <summary>A blob to put into a pack, and what its row shall say of it, right or wrong.</summary>
sealed record BlobMaker(byte[] Plain)
{
    public BlobKind Kind { get; init; } = BlobKind.Chunk;

    /// <summary>A zstd frame in place of the plain content.</summary>
    public byte[]? Frame { get; init; }
    public int? PlainLength { get; init; }
    public BlobId? Id { get; init; }
    public int Key { get; init; }
    public uint? Ordinal { get; init; }
    public int Author { get; init; }

    /// <summary>Bits of the row's flags to turn over.</summary>
    public byte FlagsError { get; init; }
    public byte[]? ExplicitTail { get; init; }
    public Func<byte[], byte[]> Stored { get; init; } = stored => stored;

    public BlobId TrueId => Id ?? Kit.Hasher.Hash((byte)Kind, Plain);
    public Codec Codec => Frame is null ? Codec.Stored : Codec.Zstd;
    public int RowPlainLength => PlainLength ?? Plain.Length;
}

/// <summary>
/// Makes packs by hand, from the text of docs/format.md section 7 and not with the engine's builder, so that any part
/// can be wrong while all others fit.
/// </summary>
sealed record PackMaker(Kit Kit, params BlobMaker[] Blobs)
{
    public PackKind Kind { get; init; } = PackKind.Data;
    public int KeyCount { get; init; } = 1;
    public SignerId[] Authors { get; init; } = [Kit.Host.Id];
    public Signer Signer { get; init; } = Kit.Host;
    public RepositoryId Repository { get; init; } = Kit.Repository;
    public uint Epoch { get; init; }
    public SealingPublicKey Recipient { get; init; } = Kit.Keys.RestorePublic;
    public Func<byte[], byte[]> Header { get; init; } = header => header;
    public Func<byte[], byte[]> TableText { get; init; } = text => text;
    public Func<byte[], byte[]> TableZeros { get; init; } = zeros => zeros;
    public Func<byte[], byte[]> SealedTable { get; init; } = table => table;
    public Func<byte[], byte[]> ContentHash { get; init; } = hash => hash;
    public Func<byte[], byte[]> Signature { get; init; } = signature => signature;
    public int TableLengthError { get; init; }
    public string Magic { get; init; } = "CRNp";
    public int SmallestSize { get; init; } = 4096;

    public PackParts Make()
    {
        var keys = Enumerable.Range(0, KeyCount).Select(_ => Kit.Random.Bytes(Aead.KeySize)).ToArray();
        var header = Header(MakeHeader(keys));
        var blobs = Blobs.Select((blob, i) => Encrypt(blob, i, keys)).ToArray();
        var text = TableText(MakeTableText(blobs));
        var size = Padding.PaddedLength(text.Length + Aead.TagSize);
        byte[] padded = [.. text, .. TableZeros(new byte[size - text.Length - Aead.TagSize])];
        var table = SealedTable(SealTable(header, padded));

        var blobBytes = blobs.SelectMany(blob => blob).ToArray();
        var total = header.Length + blobBytes.Length + table.Length + PackLayout.TrailerSize;
        var padding = Kit.Random.Bytes(Math.Max(Padding.PaddedLength(total), SmallestSize) - total);
        byte[] content = [.. header, .. blobBytes, .. padding];
        var hash = ContentHash(SHA256.HashData(content));
        var signature = new byte[64];
        Signer.Sign(
            [.. "cairn/1 pack"u8, .. Repository.AsSpan(), .. hash, .. SHA256.HashData(table)], signature);
        var length = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)(table.Length + TableLengthError));
        byte[] trailer = [.. hash, .. Signature(signature), .. length, .. System.Text.Encoding.ASCII.GetBytes(Magic)];
        return new PackParts(keys, header, blobs, padding, padded, table, trailer);
    }

    byte[] MakeHeader(byte[][] keys)
    {
        var head = new byte[ObjectHeader.Size];
        ObjectHeader.Write(head, ObjectType.Pack, domain: 0);
        var writer = new ByteWriter();
        writer.Bytes(head);
        writer.U8((byte)Kind);
        writer.U8(0);
        writer.U16((ushort)keys.Length);
        writer.Bytes(Kit.Random.Bytes(32));
        foreach (var key in keys)
        {
            var box = new byte[80];
            SealedBox.TrySeal(Recipient, key, box, Kit.Random);
            writer.U8(1);
            writer.U32(Epoch);
            writer.Bytes(box);
        }
        return writer.ToArray();
    }

    byte[] Encrypt(BlobMaker blob, int number, byte[][] keys)
    {
        var aad = new ByteWriter();
        aad.Bytes(Repository.AsSpan());
        aad.Bytes(blob.TrueId.AsSpan());
        aad.U8((byte)blob.Kind);
        aad.U8((byte)blob.Codec);
        aad.U32((uint)blob.RowPlainLength);
        var encoded = blob.Frame ?? blob.Plain;
        var stored = new byte[encoded.Length + Aead.TagSize];
        using var aead = new Aead(keys[Math.Min(blob.Key, keys.Length - 1)]);
        aead.Encrypt(blob.Ordinal ?? (uint)number, aad.Written, encoded, stored);
        return blob.Stored(stored);
    }

    byte[] MakeTableText(byte[][] blobs)
    {
        var writer = new ByteWriter();
        writer.U16((ushort)Authors.Length);
        foreach (var author in Authors)
            writer.Bytes(author.Value);
        writer.U32((uint)blobs.Length);
        for (var i = 0; i < blobs.Length; i++)
            WriteRow(writer, Blobs[i], i, blobs[i].Length);
        return writer.ToArray();
    }

    static void WriteRow(ByteWriter writer, BlobMaker blob, int number, int storedLength)
    {
        var isExplicit = blob.Key != 0 || blob.Author != 0 || (blob.Ordinal ?? (uint)number) != number
            || blob.ExplicitTail is not null;
        var flags = (int)blob.Kind | ((int)blob.Codec << 2) | (isExplicit ? 0x80 : 0);
        writer.Bytes(blob.TrueId.AsSpan());
        writer.U8((byte)(flags ^ blob.FlagsError));
        writer.Varint((ulong)storedLength);
        if (blob.Codec != Codec.Stored)
            writer.Varint((ulong)blob.RowPlainLength);
        if (!isExplicit)
            return;
        if (blob.ExplicitTail is { } tail)
        {
            writer.Bytes(tail);
            return;
        }
        writer.Varint((ulong)blob.Key);
        writer.Varint(blob.Ordinal ?? (uint)number);
        writer.Varint((ulong)blob.Author);
    }

    byte[] SealTable(byte[] header, byte[] text)
    {
        var key = new byte[Aead.KeySize];
        KeyDerivation.ForObject(Kit.Keys.Shared.Index, header.AsSpan(16, 32), "pack table", key);
        var sealedText = new byte[text.Length + Aead.TagSize];
        using var aead = new Aead(key);
        aead.Encrypt(0, [.. Repository.AsSpan(), .. header.AsSpan(0, 48)], text, sealedText);
        return sealedText;
    }
}

/// <summary>A finished pack in its parts.</summary>
sealed record PackParts(
    byte[][] Keys, byte[] Header, byte[][] Blobs, byte[] Padding, byte[] TableText, byte[] Table, byte[] Trailer)
{
    public byte[] Bytes => [.. Header, .. Blobs.SelectMany(blob => blob), .. Padding, .. Table, .. Trailer];
}
