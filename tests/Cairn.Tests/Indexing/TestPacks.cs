using System.Buffers.Binary;
using System.Security.Cryptography;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Tests.Indexing;

/// <summary>Pack tables made up from numbers.</summary>
static class TestPacks
{
    public static readonly Bytes32 Repository = new(SHA256.HashData("repository"u8));
    public static readonly Bytes16 Last16 = new(ulong.MaxValue, ulong.MaxValue);

    public static ObjectKey ObjectOf(int number) => new($"index/{number:x8}");

    public static BlobId IdOf(long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return new BlobId(SHA256.HashData(bytes));
    }

    public static ObjectHash NameOf(long number)
    {
        Span<byte> bytes = stackalloc byte[9];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        bytes[8] = 1;
        return new ObjectHash(SHA256.HashData(bytes));
    }

    public static PackTable Make(long name, params long[] blobs) =>
        Make(NameOf(name), name, [.. blobs.Select(IdOf)]);

    public static PackTable Make(ObjectHash name, long number, BlobId[] ids)
    {
        var rows = new PackRow[ids.Length];
        var size = 300;
        for (var i = 0; i < rows.Length; i++)
        {
            var length = 16 + (int)((number * 31 + i * 7) % 1000);
            rows[i] = new PackRow(
                ids[i], (BlobKind)(i % 3), (Codec)(i % 2), length, length * 2, Key: (ushort)(i % 2), Ordinal: (uint)i,
                Author: (ushort)(i % 2));
            size += length;
        }
        var box = new byte[80 + number % 5];
        box.AsSpan().Fill((byte)number);
        return new PackTable
        {
            Name = name,
            Kind = number % 2 == 0 ? PackKind.Data : PackKind.Manifest,
            PackSize = size + 100,
            BlobsOffset = 300,
            Keys = [new SealedPackKey(1, (uint)number, box), new SealedPackKey(1, 0, new byte[80])],
            Authors = [new SignerId(new Bytes16(0, (ulong)number)), new SignerId(Last16)],
            Rows = rows,
        };
    }
}
