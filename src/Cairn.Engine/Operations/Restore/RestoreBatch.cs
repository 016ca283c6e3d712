using System.Runtime.InteropServices;
using Cairn.Engine.Indexing;
using Cairn.Engine.Repositories.Reading;

namespace Cairn.Engine.Operations.Restore;

/// <summary>A stretch of a file that is one blob: 24 bytes, since there may be millions.</summary>
[StructLayout(LayoutKind.Sequential)]
readonly record struct WorkItem(uint Pack, int Row, int File, int Length, long Offset) : IComparable<WorkItem>
{
    public int CompareTo(WorkItem other)
    {
        if (Pack != other.Pack)
            return Pack < other.Pack ? -1 : 1;
        if (Row != other.Row)
            return Row < other.Row ? -1 : 1;
        return File != other.File ? File.CompareTo(other.File) : Offset.CompareTo(other.Offset);
    }
}

/// <summary>What one request fetches, and the items that get it; or, without rows, files that have no content to
/// fetch.</summary>
readonly record struct WorkUnit(PackNumber Pack, int FirstRow, int RowCount, int FirstItem, int ItemCount)
{
    public bool IsEmptyFiles => RowCount == 0;
}

/// <summary>
/// Files planned together and the items that make them, ordered by pack, so that every pack is read at most once per
/// batch. Bounded, however large the tree is; a larger tree comes in several batches in the order of its manifest, and
/// then a pack on their border is read once in each.
/// </summary>
sealed class RestoreBatch(int filesMax, RestoreLimits limits)
{
    const int EmptyFilesPerUnit = 256;

    readonly List<WorkItem> _items = [];
    readonly List<int> _emptyFiles = [];

    public List<PendingFile> Files { get; } = [];
    public List<(byte[] Path, LinkSource Source)> Links { get; } = [];
    public int LargeFiles { get; set; }

    public bool IsFull => Files.Count + Links.Count >= filesMax || LargeFiles >= limits.LargeFiles || AreItemsFull;
    public bool AreItemsFull => _items.Count >= limits.Items;

    public ReadOnlySpan<WorkItem> Items => CollectionsMarshal.AsSpan(_items);
    public int EmptyFileAt(int index) => _emptyFiles[index];

    public void Add(in WorkItem item) => _items.Add(item);

    public void AddEmpty(int file) => _emptyFiles.Add(file);

    /// <summary>Orders the items and cuts them into requests. Rows of all units lie in one array.</summary>
    public (List<WorkUnit> Units, int[] Rows) Arrange(BlobReader blobs)
    {
        _items.Sort();
        var (rows, firstItems) = DistinctRows();
        var units = new List<WorkUnit>();
        for (var start = 0; start < rows.Length;)
        {
            var pack = _items[firstItems[start]].Pack;
            var end = start + 1;
            while (end < rows.Length && _items[firstItems[end]].Pack == pack)
                end++;
            while (start < end)
            {
                var count = blobs.CountOfNextRange(new PackNumber(pack), rows.AsSpan(start, end - start));
                var firstItem = firstItems[start];
                units.Add(new WorkUnit(
                    new PackNumber(pack), start, count, firstItem, firstItems[start + count] - firstItem));
                start += count;
            }
        }
        for (var i = 0; i < _emptyFiles.Count; i += EmptyFilesPerUnit)
            units.Add(new WorkUnit(default, 0, 0, i, Math.Min(EmptyFilesPerUnit, _emptyFiles.Count - i)));
        return (units, rows);
    }

    /// <summary>Forgets everything but a file that is still being planned, which gets the number 0.</summary>
    public void Clear(PendingFile kept)
    {
        _items.Clear();
        _emptyFiles.Clear();
        Files.Clear();
        Links.Clear();
        LargeFiles = 0;
        Files.Add(kept);
        LargeFiles = 1;
    }

    (int[] Rows, int[] FirstItems) DistinctRows()
    {
        var rows = new List<int>(_items.Count);
        var firstItems = new List<int>(_items.Count + 1);
        for (var i = 0; i < _items.Count; i++)
        {
            if (i > 0 && _items[i].Row == _items[i - 1].Row && _items[i].Pack == _items[i - 1].Pack)
                continue;
            rows.Add(_items[i].Row);
            firstItems.Add(i);
        }
        firstItems.Add(_items.Count);
        return ([.. rows], [.. firstItems]);
    }
}
