using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.State;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Indexing;

/// <summary>
/// One file of the index: everything that some index objects say, so that it stands or falls with them. In memory it
/// costs a word per 255 rows, a half-word per pack and a bit per page; the rest is mapped. A segment that a merge has
/// replaced is let go of, not disposed: only the collector knows when the last reader has let go too.
/// </summary>
sealed partial class Segment : ISegmentInput, IDisposable
{
    readonly IStateFolder _folder;
    readonly IMappedFile _file;
    readonly SegmentHeader _header;
    readonly Bitmap _intactPages;
    readonly PassedBytes _passed;
    readonly ulong[] _fences;
    readonly uint[] _firstRows;
    volatile Bitmap? _excluded;
    volatile Bitmap? _removed;

    Segment(IStateFolder folder, string fileName, IMappedFile file, in SegmentHeader header)
    {
        _folder = folder;
        FileName = fileName;
        _file = file;
        _header = header;
        _intactPages = new Bitmap(header.Pages);
        _passed = new PassedBytes(file);
        _idsPage = header.IdsPage;
        _entriesPage = header.EntriesPage;
        _fences = new ulong[header.EntryPages];
        _firstRows = new uint[header.Packs + 1];
    }

    public string FileName { get; }
    public int PackCount => (int)_header.Packs;
    public uint RowCount => _header.Rows;

    /// <summary>The number of each pack in the opened index; set by whoever adds the segment to it.</summary>
    public uint[] Numbers { get; set; } = [];

    /// <summary>Packs hidden from look-ups.</summary>
    public bool IsExcluded(int pack) => _excluded is { } bits && bits[pack];

    public bool IsRemoved(int pack) => _removed is { } bits && bits[pack];

    /// <summary>Only one thread at a time.</summary>
    public void Exclude(int pack) => (_excluded ??= new Bitmap(PackCount)).Set(pack);

    /// <summary>Only one thread at a time.</summary>
    public void Remove(int pack)
    {
        Exclude(pack);
        (_removed ??= new Bitmap(PackCount)).Set(pack);
    }

    public IEnumerable<int> ExcludedPacks() => _excluded?.SetBits() ?? [];

    public long RemovedRows => _removed?.SetBits().Sum(pack => (long)RowCountOf(pack)) ?? 0;

    public PackKey KeyOf(int pack) => RecordRef(pack).Key;

    public PackRecord RecordOf(int pack)
    {
        ref readonly var record = ref RecordRef(pack);
        CheckDetails(record);
        return record;
    }

    public int RowCountOf(int pack) => (int)(_firstRows[pack + 1] - _firstRows[pack]);

    public uint FirstRowOf(int pack) => _firstRows[pack];

    public PackRow RowOf(int pack, int row)
    {
        Invariant.That((uint)row < (uint)RowCountOf(pack));
        var index = _firstRows[pack] + (uint)row;
        return RowAt(index).ToRow(IdAt(index));
    }

    public int OffsetOf(int pack, int row)
    {
        Invariant.That((uint)row < (uint)RowCountOf(pack));
        return RowAt(_firstRows[pack] + (uint)row).Offset;
    }

    public int StoredLengthOf(int pack, int row)
    {
        Invariant.That((uint)row < (uint)RowCountOf(pack));
        return RowAt(_firstRows[pack] + (uint)row).StoredLength;
    }

    public PackFacts FactsOf(int pack)
    {
        var record = RecordOf(pack);
        var details = new byte[record.DetailsLength];
        ReadBytes(_header.DetailsPage, record.DetailsOffset, details);
        var (keys, authors, indexedBy) = PackDetails.TryDecode(details) ?? throw Damaged("keys and authors of a pack");
        return new PackFacts
        {
            Name = record.Key.Name,
            Kind = (PackKind)record.Kind,
            PackSize = record.PackSize,
            BlobsOffset = record.BlobsOffset,
            RowCount = RowCountOf(pack),
            Keys = keys,
            Authors = authors,
            IndexedBy = indexedBy,
        };
    }

    public void CopyDetails(int pack, Span<byte> destination)
    {
        var record = RecordOf(pack);
        Invariant.That(destination.Length == record.DetailsLength);
        ReadBytes(_header.DetailsPage, record.DetailsOffset, destination);
        Pass(_header.DetailsPage + record.DetailsOffset / IndexPage.PayloadSize);
    }

    public void CopyIds(int pack, int firstRow, Span<BlobId> destination)
    {
        Invariant.That(firstRow + destination.Length <= RowCountOf(pack));
        CopyRecords(_header.IdsPage, SegmentHeader.IdsPerPage, _firstRows[pack] + (uint)firstRow, destination);
    }

    public void CopyRows(int pack, int firstRow, Span<RowRecord> destination)
    {
        Invariant.That(firstRow + destination.Length <= RowCountOf(pack));
        CopyRecords(_header.RowsPage, RowRecord.PerPage, _firstRows[pack] + (uint)firstRow, destination);
    }

    public void CopyEntries(uint first, Span<EntryRecord> destination)
    {
        Invariant.That((long)first + destination.Length <= RowCount);
        CopyRecords(_header.EntriesPage, EntryRecord.PerPage, first, destination);
    }

    /// <summary>
    /// Gives back the memory of all pages. Those found intact still count as that: the system may drop a page and read
    /// it again whenever it likes, so a checksum has never said more than what the file held when a page was first
    /// touched; <see cref="Verify"/> asks again.
    /// </summary>
    public void Evict() => _file.Evict(0, _file.Length);

    ~Segment() => _file?.Dispose();

    public void Dispose()
    {
        _file.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Drops the file, so that the next opening fetches again what it held.</summary>
    public IndexDamagedException Damaged(string what)
    {
        _folder.Delete(FileName);
        return new IndexDamagedException(FileName, what);
    }

    /// <summary>One page, checked when first touched.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    ReadOnlySpan<byte> Page(long number)
    {
        var page = _file.Slice(number * IndexPage.Size, IndexPage.Size);
        if (!_intactPages[number])
            CheckPage(page, number);
        return page;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void CheckPage(ReadOnlySpan<byte> page, long number)
    {
        if (!IndexPage.IsIntact(page, number, _header.Seed))
            throw Damaged($"page {number} fails its checksum");
        _intactPages.Set(number);
    }

    ref readonly PackRecord RecordRef(int pack)
    {
        Invariant.That((uint)pack < _header.Packs);
        var page = Page(_header.PacksPage + pack / PackRecord.PerPage);
        return ref MemoryMarshal.AsRef<PackRecord>(
            page.Slice(pack % PackRecord.PerPage * PackRecord.Size, PackRecord.Size));
    }

    ref readonly RowRecord RowAt(uint index)
    {
        var page = Page(_header.RowsPage + index / RowRecord.PerPage);
        return ref MemoryMarshal.AsRef<RowRecord>(
            page.Slice((int)(index % RowRecord.PerPage) * RowRecord.Size, RowRecord.Size));
    }

    ref readonly BlobId IdAt(uint index)
    {
        var page = Page(_idsPage + index / SegmentHeader.IdsPerPage);
        return ref MemoryMarshal.AsRef<BlobId>(
            page.Slice((int)(index % SegmentHeader.IdsPerPage) * BlobId.Size, BlobId.Size));
    }

    void CheckDetails(in PackRecord record)
    {
        if (record.DetailsLength < 0
            || record.DetailsOffset < 0
            || record.DetailsOffset > _header.DetailBytes - record.DetailsLength)
            throw Damaged("place of a pack's details");
    }

    void ReadBytes(long firstPage, long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            var within = (int)(offset % IndexPage.PayloadSize);
            var count = Math.Min(destination.Length, IndexPage.PayloadSize - within);
            Page(firstPage + offset / IndexPage.PayloadSize).Slice(within, count).CopyTo(destination);
            destination = destination[count..];
            offset += count;
        }
    }

    void Pass(long page) => _passed.Add(page * IndexPage.Size, IndexPage.Size);

    // For passes from front to back alone.
    void CopyRecords<T>(long firstPage, int perPage, long first, Span<T> destination) where T : unmanaged
    {
        while (!destination.IsEmpty)
        {
            var within = (int)(first % perPage);
            var count = Math.Min(destination.Length, perPage - within);
            var page = Page(firstPage + first / perPage);
            var bytes = page.Slice(within * Unsafe.SizeOf<T>(), count * Unsafe.SizeOf<T>());
            bytes.CopyTo(MemoryMarshal.AsBytes(destination));
            Pass(firstPage + first / perPage);
            destination = destination[count..];
            first += count;
        }
    }
}
