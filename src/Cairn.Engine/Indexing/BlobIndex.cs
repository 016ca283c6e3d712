using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.State;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Indexing;

/// <param name="RowsInMemoryMax">
/// Rows of absorbed tables held in memory before they are written, about 100 bytes each.
/// </param>
public sealed record BlobIndexOptions(int RowsInMemoryMax = 1 << 18);

/// <summary>
/// The local index: which blob lies in which pack and row. A disposable cache (INV-7) of the tables in the repository's
/// index objects, in memory-mapped segments, and of the packs this session stored. Packs that were condemned or deleted
/// are not remembered: say so again after every opening.
/// <para>
/// Damage never becomes an answer. Opening reads headers, fences and counts, a five-hundredth of the files; every
/// 4 KiB page carries a checksum looked at when the page is first touched, for a flip that hid a blob would make a
/// restore fail for nothing. A blob counts as found only if the row itself, in its pack's table, bears the whole id: a
/// false "known" would lose data at backup. A damaged file is deleted and <see cref="IndexDamagedException"/> thrown,
/// except while opening, where its objects are merely not in <see cref="Absorbed"/>.
/// </para>
/// <para>
/// Look-ups take no lock and may run on any thread, also while another thread adds packs or commits. Maps that a
/// compaction replaced are freed when the last look-up in them is over. Nobody may call anything after Dispose.
/// </para>
/// </summary>
public sealed partial class BlobIndex : IDisposable
{
    // Taken in this order. The first keeps what an object says together in one segment; the second guards memory.
    readonly Lock _committing = new();
    readonly Lock _adding = new();

    readonly IStateFolder _folder;
    readonly Bytes32 _binding;
    readonly BlobIndexOptions _options;
    readonly HashSet<ObjectKey> _absorbed = [];
    readonly HashSet<ObjectKey> _uncommitted = [];
    readonly Dictionary<ObjectHash, bool> _excludedAndWhetherRemoved = [];
    readonly List<WeakReference<Segment>> _replaced = [];
    volatile IndexView _view;
    uint _nextNumber;

    BlobIndex(IStateFolder folder, in Bytes32 binding, BlobIndexOptions options)
    {
        _folder = folder;
        _binding = binding;
        _options = options;
        _view = OpenView();
    }

    /// <param name="folder">Files of others in it are left alone.</param>
    /// <param name="binding">The repository; what was made of another one is dropped.</param>
    /// <param name="options">Null: the defaults.</param>
    public static BlobIndex Open(IStateFolder folder, in Bytes32 binding, BlobIndexOptions? options = null) =>
        new(folder, binding, options ?? new BlobIndexOptions());

    /// <summary>Forgets everything, for a repository that is not the one the files were made of. With none
    /// open.</summary>
    public static void DeleteFiles(IStateFolder folder)
    {
        foreach (var name in folder.List().Where(name => name.StartsWith(Segment.FilePrefix, StringComparison.Ordinal)))
            folder.Delete(name);
    }

    /// <summary>The index objects whose tables are in here. Not to be read while another thread absorbs.</summary>
    public IReadOnlySet<ObjectKey> Absorbed => _absorbed;

    public int SegmentCount => _view.Segments.Length;

    /// <summary>Rows of all tables; those of a pack known from several segments count several times.</summary>
    public long RowCount => _view.Segments.Sum(segment => (long)segment.RowCount) + _view.Pending.RowCount;

    /// <summary>The blob in a pack that is not excluded.</summary>
    public bool TryFind(BlobId id, out BlobLocation location)
    {
        var view = _view;
        var found = view.TryFind(id, out location);
        // Here and below: without it the maps could be freed under the reader's feet.
        GC.KeepAlive(view);
        return found;
    }

    /// <summary>The blob in every pack that is not excluded.</summary>
    public IReadOnlyList<BlobLocation> FindAll(BlobId id)
    {
        var view = _view;
        var found = view.FindAll(id);
        GC.KeepAlive(view);
        return found;
    }

    public PackFacts GetPack(PackNumber number)
    {
        var view = _view;
        var (segment, pack, inMemory) = view.Resolve(number);
        var facts = segment?.FactsOf(pack) ?? inMemory!.Facts;
        GC.KeepAlive(view);
        return facts;
    }

    public PackRow GetRow(PackNumber number, int row)
    {
        var view = _view;
        var (segment, pack, inMemory) = view.Resolve(number);
        var result = segment?.RowOf(pack, row) ?? inMemory!.Table.Rows[row];
        GC.KeepAlive(view);
        return result;
    }

    /// <summary>The byte of the pack at which the blob of that row begins.</summary>
    public int GetOffset(PackNumber number, int row)
    {
        var view = _view;
        var (segment, pack, inMemory) = view.Resolve(number);
        var offset = segment?.OffsetOf(pack, row) ?? inMemory!.OffsetOf(row);
        GC.KeepAlive(view);
        return offset;
    }

    /// <summary>How long the blob of that row is in its pack. Brings nothing else of the row to memory.</summary>
    public int GetStoredLength(PackNumber number, int row)
    {
        var view = _view;
        var (segment, pack, inMemory) = view.Resolve(number);
        var length = segment?.StoredLengthOf(pack, row) ?? inMemory!.Table.Rows[row].StoredLength;
        GC.KeepAlive(view);
        return length;
    }

    /// <summary>As of <see cref="GetPack"/>, from memory.</summary>
    public int GetRowCount(PackNumber number)
    {
        var view = _view;
        var (segment, pack, inMemory) = view.Resolve(number);
        return segment?.RowCountOf(pack) ?? inMemory!.Table.Rows.Length;
    }

    public bool IsExcluded(PackNumber number)
    {
        var view = _view;
        var (segment, pack, inMemory) = view.Resolve(number);
        var excluded = segment?.IsExcluded(pack) ?? inMemory!.IsExcluded;
        GC.KeepAlive(view);
        return excluded;
    }

    /// <summary>Excluded packs too. If tables that contradict each other bear the name, one of them.</summary>
    public bool TryFindPack(ObjectHash name, out PackNumber number)
    {
        var view = _view;
        var found = view.FindPacks(PackPrefix.Of(name));
        GC.KeepAlive(view);
        foreach (var (key, candidate) in found)
        {
            if (key.Name != name)
                continue;
            number = candidate;
            return true;
        }
        number = default;
        return false;
    }

    /// <summary>All packs whose names begin with these 16 bytes, read as one big-endian number.</summary>
    public IReadOnlyList<PackNumber> FindPacksByPrefix(PackPrefix prefix)
    {
        var view = _view;
        var found = view.FindPacks(prefix);
        GC.KeepAlive(view);
        return [.. found.Select(item => item.Number)];
    }

    /// <summary>Every pack once, excluded ones too, in the order of their names.</summary>
    public IEnumerable<PackNumber> EnumeratePacks()
    {
        var view = _view;
        foreach (var number in view.Packs())
            yield return number;
        GC.KeepAlive(view);
    }

    /// <summary>
    /// Gives the memory of what was read of the files back to the system. Later calls answer as before, and wait for
    /// their pages once.
    /// </summary>
    public void Evict()
    {
        var view = _view;
        foreach (var segment in view.Segments)
            segment.Evict();
        GC.KeepAlive(view);
    }

    /// <summary>Reads every file from end to end.</summary>
    /// <exception cref="IndexDamagedException">Something is not as it was written.</exception>
    public void Verify(CancellationToken cancellation)
    {
        var view = _view;
        foreach (var segment in view.Segments)
            segment.Verify(cancellation);
        GC.KeepAlive(view);
    }

    public void Dispose()
    {
        foreach (var segment in _view.Segments)
            segment.Dispose();
        foreach (var reference in _replaced)
        {
            if (reference.TryGetTarget(out var segment))
                segment.Dispose();
        }
    }

    IndexView OpenView()
    {
        var segments = new List<Segment>();
        foreach (var name in _folder.List())
        {
            if (!name.StartsWith(Segment.FilePrefix, StringComparison.Ordinal))
                continue;
            if (Segment.TryOpen(_folder, name, _binding) is not { } segment)
                continue;
            if (TryTakeObjects(segment))
                segments.Add(segment);
            else
                segment.Dispose();
        }
        Segment[] ordered = [.. segments.OrderByDescending(segment => segment.RowCount)];
        var places = new ulong[ordered.Sum(segment => (long)segment.PackCount)];
        for (var i = 0; i < ordered.Length; i++)
        {
            ordered[i].Numbers = new uint[ordered[i].PackCount];
            for (var pack = 0; pack < ordered[i].PackCount; pack++)
            {
                places[_nextNumber] = IndexView.PlaceInSegment(i, (uint)pack);
                ordered[i].Numbers[pack] = _nextNumber++;
            }
        }
        return new IndexView(ordered, new PendingTable(), places);
    }

    bool TryTakeObjects(Segment segment)
    {
        try
        {
            _absorbed.UnionWith(segment.ReadObjects());
            return true;
        }
        catch (IndexDamagedException)
        {
            return false;
        }
    }
}
