using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Indexing;

/// <summary>Packs in the order of their keys.</summary>
interface IPackSequence
{
    int PackCount { get; }
    PackKey KeyOf(int pack);

    /// <summary>The pack was deleted from the repository: it is left out of what is listed or written.</summary>
    bool IsRemoved(int pack);
}

/// <summary>
/// What a segment can be made of: another segment, or packs held in memory. Packs are counted from 0 in the order of
/// their keys; entries come sorted and name packs by that count.
/// </summary>
interface ISegmentInput : IPackSequence
{
    uint RowCount { get; }
    IEnumerable<ObjectKey> ReadObjects();
    PackRecord RecordOf(int pack);
    int RowCountOf(int pack);

    /// <summary>How many rows the packs before it have.</summary>
    uint FirstRowOf(int pack);

    void CopyDetails(int pack, Span<byte> destination);
    void CopyIds(int pack, int firstRow, Span<BlobId> destination);
    void CopyRows(int pack, int firstRow, Span<RowRecord> destination);
    void CopyEntries(uint first, Span<EntryRecord> destination);
}
