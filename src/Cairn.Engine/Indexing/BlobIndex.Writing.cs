using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Indexing;

public sealed partial class BlobIndex
{
    /// <summary>
    /// Takes in what an index object says; its tables are the index's from now on. Writes a segment by itself when
    /// enough has come together. False, and nothing done, if the object was absorbed before.
    /// </summary>
    public bool Absorb(ObjectKey indexObject, IReadOnlyList<PackTable> tables)
    {
        lock (_committing)
        {
            if (_absorbed.Contains(indexObject))
                return false;
            foreach (var table in tables)
                Add(table, isAbsorbed: true);
            _absorbed.Add(indexObject);
            _uncommitted.Add(indexObject);
            if (_view.Pending.AbsorbedRowCount >= _options.RowsInMemoryMax)
                CommitLocked(compactsAll: false);
            return true;
        }
    }

    /// <summary>
    /// Makes a pack that this session stored known. It stays in memory until the index object that has its table is
    /// absorbed and committed; the table is the index's from now on.
    /// </summary>
    public PackNumber AddPending(PackTable table) => Add(table, isAbsorbed: false);

    /// <summary>Look-ups no longer find blobs in the pack, now or when it comes to be known. Not remembered.</summary>
    public void Exclude(ObjectHash packName) => Exclude(packName, removes: false);

    /// <summary>
    /// As <see cref="Exclude(ObjectHash)"/> for this table of the pack alone: where index objects contradict each other
    /// another table of the same name is still found.
    /// </summary>
    public void Exclude(PackNumber number)
    {
        lock (_adding)
        {
            var (found, at, inMemory) = _view.Resolve(number);
            var key = found is not null ? found.KeyOf(at) : inMemory!.Key;
            // The same table may lie in several places, of which one answers for all.
            foreach (var pending in _view.Pending.WithPrefix(PackPrefix.Of(key.Name)))
            {
                if (pending.Key == key)
                    ExcludeInMemory(pending, removes: false);
            }
            foreach (var segment in _view.Segments)
            {
                var pack = segment.LowerBoundOfName(key.Name);
                for (; pack < segment.PackCount && segment.KeyOf(pack).Name == key.Name; pack++)
                {
                    if (segment.KeyOf(pack) == key)
                        ExcludeInSegment(segment, pack, removes: false);
                }
            }
        }
    }

    /// <summary>
    /// The pack is no longer in the repository: as <see cref="Exclude(ObjectHash)"/>, and it is not listed, and left
    /// out when its segment is next written; its number is void from then on. Not remembered.
    /// </summary>
    public void RemovePack(ObjectHash packName) => Exclude(packName, removes: true);

    /// <summary>Writes what was absorbed, together with segments that are due to be merged.</summary>
    public void Commit()
    {
        lock (_committing)
            CommitLocked(compactsAll: false);
    }

    /// <summary>Makes one segment of all: worth it after many objects were absorbed.</summary>
    public void Compact()
    {
        lock (_committing)
            CommitLocked(compactsAll: true);
    }

    PackNumber Add(PackTable table, bool isAbsorbed)
    {
        var pack = new PendingPack(table) { IsAbsorbed = isAbsorbed };
        lock (_adding)
        {
            var pending = _view.Pending;
            if (pending.TryGet(pack.Key) is { } known)
            {
                if (isAbsorbed)
                    pending.MarkAbsorbed(known);
                return new PackNumber(known.Number);
            }
            if (_excludedAndWhetherRemoved.TryGetValue(table.Name, out var isRemoved))
                ExcludeInMemory(pack, isRemoved);
            pack.Number = _nextNumber++;
            pending.Add(pack);
            return new PackNumber(pack.Number);
        }
    }

    void Exclude(ObjectHash name, bool removes)
    {
        lock (_adding)
        {
            removes |= _excludedAndWhetherRemoved.GetValueOrDefault(name);
            _excludedAndWhetherRemoved[name] = removes;
            foreach (var inMemory in _view.Pending.WithPrefix(PackPrefix.Of(name)))
            {
                if (inMemory.Table.Name == name)
                    ExcludeInMemory(inMemory, removes);
            }
            foreach (var segment in _view.Segments)
            {
                var pack = segment.LowerBoundOfName(name);
                for (; pack < segment.PackCount && segment.KeyOf(pack).Name == name; pack++)
                    ExcludeInSegment(segment, pack, removes);
            }
        }
    }

    static void ExcludeInMemory(PendingPack pack, bool removes)
    {
        if (removes)
            pack.Remove();
        else
            pack.Exclude();
    }

    static void ExcludeInSegment(Segment segment, int pack, bool removes)
    {
        if (removes)
            segment.Remove(pack);
        else
            segment.Exclude(pack);
    }

    // Slow work is done beside the lock that adding packs needs: a backup goes on while segments are merged.
    void CommitLocked(bool compactsAll)
    {
        var view = _view;
        List<PendingPack> packs;
        lock (_adding)
            packs = [.. view.Pending.Packs().Where(pack => pack.IsAbsorbed)];
        var adds = _uncommitted.Count > 0;
        var merged = compactsAll
            ? view.Segments
            : CompactionPolicy.Choose(view.Segments, (uint)view.Pending.AbsorbedRowCount, adds);
        if (!adds && (merged.Count == 0 || (compactsAll && merged.Count == 1 && merged[0].RemovedRows == 0)))
            return;

        var memory = new PendingInput(packs, [.. _uncommitted]);
        var plan = new MergePlan([memory, .. merged], _binding);
        var name = SegmentWriter.Write(_folder, plan);
        var segment = Segment.TryOpen(_folder, name, _binding)
            ?? throw new IndexDamagedException(name, "just written, and not readable");
        lock (_adding)
            _view = Replace(view, plan, memory, segment);
        _uncommitted.Clear();
        foreach (var old in merged)
        {
            // Nobody asks it any more but look-ups under way, and when the collector unmaps it is not known.
            old.Evict();
            _replaced.Add(new WeakReference<Segment>(old));
            if (old.FileName != name)
                _folder.Delete(old.FileName);
        }
        _replaced.RemoveAll(reference => !reference.TryGetTarget(out _));
    }

    /// <summary>The view with the new segment in the place of what it was made of. Numbers keep their packs.</summary>
    IndexView Replace(IndexView view, MergePlan plan, PendingInput memory, Segment segment)
    {
        Segment[] segments =
            [.. view.Segments.Except(plan.Inputs.OfType<Segment>()).Append(segment).OrderByDescending(s => s.RowCount)];
        var places = new ulong[_nextNumber];
        var pending = new PendingTable(view.Pending.RowCapacity);
        var written = new Dictionary<PendingPack, int>();
        for (var i = 0; i < memory.PackCount; i++)
            written.Add(memory.Packs[i], i);
        foreach (var pack in view.Pending.Packs())
        {
            if (written.TryGetValue(pack, out var index))
            {
                places[pack.Number] = PlaceInNew(input: 0, index);
                continue;
            }
            places[pack.Number] = IndexView.PlaceInMemory(pending.Count);
            pending.Add(pack);
        }

        var targets = view.Segments.ToDictionary(
            old => old, old => (Input: InputOf(plan, old), Position: Array.IndexOf(segments, old)));
        for (uint number = 0; number < places.Length; number++)
        {
            if (view.IsGone(number))
                places[number] = IndexView.PlaceOfRemoved;
            else if (view.Resolve(new PackNumber(number)) is ({ } old, var pack, _))
                places[number] = targets[old] is var target && target.Input >= 0
                    ? PlaceInNew(target.Input, pack)
                    : IndexView.PlaceInSegment(target.Position, (uint)pack);
        }
        segment.Numbers = NumbersOf(segment, Array.IndexOf(segments, segment), places);
        CopyExclusions(plan, memory, segment);
        return new IndexView(segments, pending, places);

        ulong PlaceInNew(int input, int pack) => plan.PlaceOf(input, pack) is var place && place == MergePlan.Removed
            ? IndexView.PlaceOfRemoved
            : IndexView.PlaceInSegment(Array.IndexOf(segments, segment), place);
    }

    static int InputOf(MergePlan plan, Segment segment)
    {
        for (var i = 0; i < plan.Inputs.Count; i++)
        {
            if (ReferenceEquals(plan.Inputs[i], segment))
                return i;
        }
        return -1;
    }

    static uint[] NumbersOf(Segment segment, int position, ulong[] places)
    {
        var numbers = new uint[segment.PackCount];
        // From the end, so that a pack known under several numbers answers with the oldest.
        for (var number = places.Length - 1; number >= 0; number--)
        {
            if (places[number] >> 32 == (ulong)position)
                numbers[(uint)places[number]] = (uint)number;
        }
        return numbers;
    }

    static void CopyExclusions(MergePlan plan, PendingInput memory, Segment segment)
    {
        for (var i = 0; i < memory.PackCount; i++)
        {
            if (memory.Packs[i].IsExcluded && plan.PlaceOf(0, i) is var place && place != MergePlan.Removed)
                ExcludeInSegment(segment, (int)place, memory.IsRemoved(i));
        }
        for (var input = 1; input < plan.Inputs.Count; input++)
        {
            var old = (Segment)plan.Inputs[input];
            foreach (var pack in old.ExcludedPacks())
            {
                if (plan.PlaceOf(input, pack) is var place && place != MergePlan.Removed)
                    ExcludeInSegment(segment, (int)place, old.IsRemoved(pack));
            }
        }
    }
}
