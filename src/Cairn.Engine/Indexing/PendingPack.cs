using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Indexing;

/// <summary>A pack known in memory only, until <see cref="BlobIndex.Commit"/> writes it. Owns its table.</summary>
sealed class PendingPack
{
    readonly int[] _offsets;
    volatile bool _excluded;
    volatile bool _removed;

    public PendingPack(PackTable table)
    {
        Table = table;
        Details = PackDetails.Encode(table);
        _offsets = new int[table.Rows.Length];
        long offset = table.BlobsOffset;
        for (var i = 0; i < _offsets.Length; i++)
        {
            _offsets[i] = (int)offset;
            offset += table.Rows[i].StoredLength;
            Invariant.That(table.Rows[i].StoredLength >= 0 && offset <= table.PackSize);
        }
        Key = MakeKey();
    }

    public PackTable Table { get; }
    public PackKey Key { get; }
    public byte[] Details { get; }

    /// <summary>Set by the table that takes it in, and kept when another table takes it over.</summary>
    public uint Number { get; set; }

    /// <summary>Some absorbed index object has it: the next commit may write it.</summary>
    public bool IsAbsorbed { get; set; }

    public bool IsExcluded => _excluded;
    public bool IsRemoved => _removed;

    public PackRecord Record => new(
        Key, DetailsOffset: 0, Details.Length, Table.PackSize, Table.BlobsOffset, (uint)Table.Kind);

    public PackFacts Facts => new()
    {
        Name = Table.Name,
        Kind = Table.Kind,
        PackSize = Table.PackSize,
        BlobsOffset = Table.BlobsOffset,
        RowCount = Table.Rows.Length,
        Keys = Table.Keys,
        Authors = Table.Authors,
        IndexedBy = Table.IndexedBy,
    };

    public int OffsetOf(int row) => _offsets[row];

    public void Exclude() => _excluded = true;

    public void Remove()
    {
        _excluded = true;
        _removed = true;
    }

    public void CopyIds(int firstRow, Span<BlobId> destination)
    {
        for (var i = 0; i < destination.Length; i++)
            destination[i] = Table.Rows[firstRow + i].Id;
    }

    public void CopyRows(int firstRow, Span<RowRecord> destination)
    {
        for (var i = 0; i < destination.Length; i++)
            destination[i] = new RowRecord(Table.Rows[firstRow + i], _offsets[firstRow + i]);
    }

    PackKey MakeKey()
    {
        const int RowsAtOnce = 64;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> facts = stackalloc byte[3 * sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(facts, Table.PackSize);
        BinaryPrimitives.WriteInt32LittleEndian(facts[sizeof(int)..], Table.BlobsOffset);
        BinaryPrimitives.WriteInt32LittleEndian(facts[(2 * sizeof(int))..], (int)Table.Kind);
        hash.AppendData(facts);
        hash.AppendData(Details);
        Span<BlobId> ids = stackalloc BlobId[RowsAtOnce];
        Span<RowRecord> rows = stackalloc RowRecord[RowsAtOnce];
        for (var first = 0; first < Table.Rows.Length; first += RowsAtOnce)
        {
            var count = Math.Min(RowsAtOnce, Table.Rows.Length - first);
            CopyIds(first, ids[..count]);
            CopyRows(first, rows[..count]);
            hash.AppendData(MemoryMarshal.AsBytes(ids[..count]));
            hash.AppendData(MemoryMarshal.AsBytes(rows[..count]));
        }
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return new PackKey(
            Table.Name,
            BinaryPrimitives.ReadUInt64BigEndian(digest),
            BinaryPrimitives.ReadUInt64BigEndian(digest[sizeof(ulong)..]));
    }
}
