using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Indexing;

/// <summary>Packs in memory put into the order of a segment.</summary>
class PendingSequence(IEnumerable<PendingPack> packs) : IPackSequence
{
    public PendingPack[] Packs { get; } = [.. packs.OrderBy(pack => pack.Key)];
    public int PackCount => Packs.Length;
    public PackKey KeyOf(int pack) => Packs[pack].Key;
    public bool IsRemoved(int pack) => Packs[pack].IsRemoved;
}

/// <summary>These with their rows put into the order of entries.</summary>
sealed class PendingInput : PendingSequence, ISegmentInput
{
    readonly IReadOnlyCollection<ObjectKey> _objects;
    readonly ulong[] _prefixes;
    readonly ulong[] _places;
    readonly uint[] _firstRows;

    public PendingInput(IEnumerable<PendingPack> packs, IReadOnlyCollection<ObjectKey> objects) : base(packs)
    {
        _objects = objects;
        RowCount = checked((uint)Packs.Sum(pack => (long)pack.Table.Rows.Length));
        _prefixes = new ulong[RowCount];
        _places = new ulong[RowCount];
        _firstRows = new uint[Packs.Length];
        var at = 0;
        for (var pack = 0; pack < Packs.Length; pack++)
        {
            var rows = Packs[pack].Table.Rows;
            _firstRows[pack] = (uint)at;
            for (var row = 0; row < rows.Length; row++, at++)
            {
                _prefixes[at] = rows[row].Id.Prefix;
                _places[at] = (ulong)pack << 32 | (uint)at;
            }
        }
        Array.Sort(_prefixes, _places);
        SortPlacesOfEqualPrefixes();
    }

    public uint RowCount { get; }

    public IEnumerable<ObjectKey> ReadObjects() => _objects;

    public PackRecord RecordOf(int pack) => Packs[pack].Record;

    public int RowCountOf(int pack) => Packs[pack].Table.Rows.Length;

    public uint FirstRowOf(int pack) => _firstRows[pack];

    public void CopyDetails(int pack, Span<byte> destination) => Packs[pack].Details.CopyTo(destination);

    public void CopyIds(int pack, int firstRow, Span<BlobId> destination) =>
        Packs[pack].CopyIds(firstRow, destination);

    public void CopyRows(int pack, int firstRow, Span<RowRecord> destination) =>
        Packs[pack].CopyRows(firstRow, destination);

    public void CopyEntries(uint first, Span<EntryRecord> destination)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            var place = _places[first + i];
            destination[i] = new EntryRecord(_prefixes[first + i], (uint)(place >> 32), (uint)place);
        }
    }

    void SortPlacesOfEqualPrefixes()
    {
        for (var start = 0; start < _prefixes.Length; )
        {
            var end = start + 1;
            while (end < _prefixes.Length && _prefixes[end] == _prefixes[start])
                end++;
            if (end - start > 1)
                Array.Sort(_places, start, end - start);
            start = end;
        }
    }
}
