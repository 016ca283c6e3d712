using System.Collections.Concurrent;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Indexing;

/// <summary>
/// The packs in memory. One thread at a time adds, under the lock of <see cref="BlobIndex"/>; any reads without one.
/// </summary>
/// <param name="capacity">Rows to expect: what is grown to leaves half of itself behind each time.</param>
sealed class PendingTable(int capacity = 0)
{
    // By the half of the name that ledgers use; nearly always one pack each.
    readonly ConcurrentDictionary<PackPrefix, PendingPack[]> _byName = new();
    PendingPack[] _packs = new PendingPack[16];
    PendingRows _rows = new(capacity, former: null);
    int _count;

    public int Count => Volatile.Read(ref _count);
    public int RowCount => _rows.Count;
    public int RowCapacity => _rows.Capacity;
    public int AbsorbedRowCount { get; private set; }

    // The array is published before the count, so whoever saw the count finds the pack.
    public PendingPack this[int index] => Volatile.Read(ref _packs)[index];

    /// <summary>The packs whose names begin with these 16 bytes.</summary>
    public PendingPack[] WithPrefix(PackPrefix prefix) => _byName.TryGetValue(prefix, out var packs) ? packs : [];

    public PendingPack? TryGet(PackKey key) =>
        Array.Find(WithPrefix(PackPrefix.Of(key.Name)), pack => pack.Key == key);

    public void Add(PendingPack pack)
    {
        var rows = pack.Table.Rows;
        if (_count == _packs.Length)
        {
            var larger = new PendingPack[_packs.Length * 2];
            _packs.CopyTo(larger, 0);
            Volatile.Write(ref _packs, larger);
        }
        _packs[_count] = pack;
        var table = _rows;
        if (table.Count + rows.Length > table.Capacity)
            table = new PendingRows(Math.Max(table.Capacity * 2, table.Count + rows.Length), table);
        Volatile.Write(ref _count, _count + 1);
        for (var row = 0; row < rows.Length; row++)
            table.Add(rows[row].Id.Prefix, (uint)(_count - 1), (uint)row);
        Volatile.Write(ref _rows, table);
        var prefix = PackPrefix.Of(pack.Table.Name);
        _byName[prefix] = [.. WithPrefix(prefix), pack];
        if (pack.IsAbsorbed)
            AbsorbedRowCount += rows.Length;
    }

    public void MarkAbsorbed(PendingPack pack)
    {
        if (pack.IsAbsorbed)
            return;
        pack.IsAbsorbed = true;
        AbsorbedRowCount += pack.Table.Rows.Length;
    }

    public bool TryFind(in BlobId id, out uint number, out int row)
    {
        var rows = Volatile.Read(ref _rows);
        for (var i = rows.First(id.Prefix); i >= 0; i = rows.Next(i))
        {
            if (!IsHit(rows, i, id, out var pack, out row))
                continue;
            number = pack.Number;
            return true;
        }
        number = 0;
        row = 0;
        return false;
    }

    public void FindAll(in BlobId id, List<(PendingPack Pack, int Row)> found)
    {
        var rows = Volatile.Read(ref _rows);
        for (var i = rows.First(id.Prefix); i >= 0; i = rows.Next(i))
        {
            if (IsHit(rows, i, id, out var pack, out var row))
                found.Add((pack, row));
        }
    }

    public IEnumerable<PendingPack> Packs()
    {
        var count = Count;
        for (var i = 0; i < count; i++)
            yield return this[i];
    }

    bool IsHit(PendingRows rows, int index, in BlobId id, out PendingPack pack, out int row)
    {
        var place = rows.PlaceOf(index);
        row = (int)place.Row;
        pack = this[(int)place.Pack];
        return !pack.IsExcluded && pack.Table.Rows[row].Id == id;
    }
}
