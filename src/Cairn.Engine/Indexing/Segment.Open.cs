using System.Text;
using Cairn.Engine.Primitives;
using Cairn.Engine.State;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Indexing;

sealed partial class Segment
{
    public const string FilePrefix = "blobs-";

    public static string NameOf(in Bytes32 identity) => FilePrefix + identity.ToString()[..32];

    /// <summary>
    /// Maps a segment and reads what stays in memory. Null, and the file is gone, if it is not a whole segment of this
    /// version and this repository. Reads only a small part; the pages of the rest are checked when first touched.
    /// </summary>
    public static Segment? TryOpen(IStateFolder folder, string fileName, in Bytes32 binding)
    {
        var file = folder.TryOpen(fileName);
        if (file is null)
            return null;
        Segment? segment = null;
        try
        {
            if (TryReadHeader(file, out var header)
                && header.Binding.Equals(binding)
                && fileName == NameOf(header.Identity)
                && file.Length == header.Pages * IndexPage.Size)
            {
                segment = new Segment(folder, fileName, file, header);
                segment.LoadSkeleton();
                return segment;
            }
            folder.Delete(fileName);
        }
        catch (IndexDamagedException)
        {
            segment = null;
        }
        finally
        {
            if (segment is null)
                file.Dispose();
        }
        return null;
    }

    public IEnumerable<ObjectKey> ReadObjects()
    {
        var bytes = new byte[_header.ObjectBytes];
        ReadBytes(_header.ObjectsPage, 0, bytes);
        var keys = new List<ObjectKey>();
        for (var at = 0; at < bytes.Length; )
        {
            var end = bytes.AsSpan(at).IndexOf(ObjectTerminator);
            if (end < 0 || !ObjectKey.TryParse(Encoding.Latin1.GetString(bytes, at, end), out var key))
                throw Damaged("names of index objects");
            keys.Add(key);
            at += end + 1;
        }
        return keys.Count == _header.Objects ? keys : throw Damaged("count of index objects");
    }

    public const byte ObjectTerminator = (byte)'\n';

    /// <summary>Reads the whole file and compares entries with rows. Throws if anything is not as written.</summary>
    public void Verify(CancellationToken cancellation)
    {
        if (!TryReadHeader(_file, out var header) || header != _header)
            throw Damaged("header");
        var passed = new PassedBytes(_file);
        for (long page = 1; page < _header.Pages; page++)
        {
            if (page % 4096 == 0)
                cancellation.ThrowIfCancellationRequested();
            // Even if it was good when first touched: this is the call that asks the medium again.
            CheckPage(_file.Slice(page * IndexPage.Size, IndexPage.Size), page);
            passed.Add(page * IndexPage.Size, IndexPage.Size);
        }
        var previous = default(EntryRecord);
        for (uint i = 0; i < RowCount; i++)
        {
            if (i % (1 << 20) == 0)
                cancellation.ThrowIfCancellationRequested();
            var entry = EntryAt(i);
            if (i > 0 && previous.CompareTo(entry) >= 0)
                throw Damaged("order of entries");
            if (IdOf(entry).Prefix != entry.Prefix)
                throw Damaged("an entry names another row");
            previous = entry;
        }
    }

    static bool TryReadHeader(IMappedFile file, out SegmentHeader header)
    {
        header = default;
        return file.Length >= IndexPage.Size && SegmentHeader.TryRead(file.Slice(0, IndexPage.Size), out header);
    }

    void LoadSkeleton()
    {
        CopyRecords<uint>(_header.FirstRowsPage, SegmentHeader.FirstRowsPerPage, 0, _firstRows);
        CopyRecords<ulong>(_header.FencesPage, SegmentHeader.FencesPerPage, 0, _fences);
        if (_firstRows[0] != 0 || _firstRows[^1] != RowCount || !IsAscending<uint>(_firstRows))
            throw Damaged("rows of packs");
        if (!IsAscending<ulong>(_fences))
            throw Damaged("order of fences");
    }

    static bool IsAscending<T>(ReadOnlySpan<T> values) where T : IComparable<T>
    {
        for (var i = 1; i < values.Length; i++)
        {
            if (values[i - 1].CompareTo(values[i]) > 0)
                return false;
        }
        return true;
    }
}
