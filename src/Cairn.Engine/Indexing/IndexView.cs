using Cairn.Engine.Primitives;

namespace Cairn.Engine.Indexing;

/// <summary>
/// What readers see: never changed, but for packs being added to <see cref="Pending"/> and exclusion bits. A commit
/// puts another in its place; a reader works on with the one it took.
/// </summary>
sealed class IndexView(Segment[] segments, PendingTable pending, ulong[] places)
{
    const uint InMemory = uint.MaxValue;
    const uint Gone = uint.MaxValue - 1;

    // Numbers beyond the places belong to packs added to memory since, in that order behind those taken over.
    readonly int _takenOver = pending.Count;

    /// <summary>The largest first: there most blobs are found.</summary>
    public Segment[] Segments { get; } = segments;

    public PendingTable Pending { get; } = pending;

    public static ulong PlaceInSegment(int segment, uint pack) => (ulong)segment << 32 | pack;
    public static ulong PlaceInMemory(int index) => (ulong)InMemory << 32 | (uint)index;
    public static ulong PlaceOfRemoved => (ulong)Gone << 32;

    /// <summary>The segment and its pack, or the pack in memory.</summary>
    public (Segment? Segment, int Pack, PendingPack? InMemory) Resolve(PackNumber number)
    {
        if (number.Value >= places.Length)
        {
            var index = number.Value - places.Length + _takenOver;
            Invariant.That(index < Pending.Count);
            return (null, 0, Pending[(int)index]);
        }
        var place = places[number.Value];
        var (segment, pack) = ((uint)(place >> 32), (int)(uint)place);
        if (segment == InMemory)
            return (null, 0, Pending[pack]);
        if (segment == Gone)
            throw new InvalidOperationException("the pack of this number was removed from the index");
        return (Segments[segment], pack, null);
    }

    /// <summary>Whether the number is of a pack that a commit left out.</summary>
    public bool IsGone(uint number) => number < places.Length && places[number] == PlaceOfRemoved;

    public bool TryFind(in BlobId id, out BlobLocation location)
    {
        if (Pending.TryFind(id, out var number, out var row))
        {
            location = new BlobLocation(new PackNumber(number), row);
            return true;
        }
        return TryFindInSegments(id, out location);
    }

    bool TryFindInSegments(in BlobId id, out BlobLocation location)
    {
        const int AtOnce = 16;
        Span<uint> guesses = stackalloc uint[AtOnce];
        var prefix = id.Prefix;
        for (var first = 0; first < Segments.Length; first += AtOnce)
        {
            var count = Math.Min(AtOnce, Segments.Length - first);
            for (var i = 0; i < count; i++)
                guesses[i] = Segments[first + i].Guess(prefix);
            for (var i = 0; i < count; i++)
            {
                var segment = Segments[first + i];
                if (!segment.TryFind(id, guesses[i], out var pack, out var row))
                    continue;
                location = new BlobLocation(new PackNumber(segment.Numbers[pack]), row);
                return true;
            }
        }
        location = default;
        return false;
    }

    public List<BlobLocation> FindAll(in BlobId id)
    {
        var found = new List<BlobLocation>();
        var seen = new HashSet<(PackKey, int)>();
        var inMemory = new List<(PendingPack Pack, int Row)>();
        Pending.FindAll(id, inMemory);
        foreach (var (pack, row) in inMemory)
        {
            if (seen.Add((pack.Key, row)))
                found.Add(new BlobLocation(new PackNumber(pack.Number), row));
        }
        var inSegment = new List<(uint Pack, int Row)>();
        foreach (var segment in Segments)
        {
            inSegment.Clear();
            segment.FindAll(id, inSegment);
            foreach (var (pack, row) in inSegment)
            {
                if (seen.Add((segment.KeyOf((int)pack), row)))
                    found.Add(new BlobLocation(new PackNumber(segment.Numbers[pack]), row));
            }
        }
        return found;
    }

    /// <summary>Packs whose names begin with these 16 bytes, each once; removed ones are not seen.</summary>
    public List<(PackKey Key, PackNumber Number)> FindPacks(PackPrefix prefix)
    {
        var found = new List<(PackKey Key, PackNumber Number)>();
        foreach (var pack in Pending.WithPrefix(prefix))
            Add(pack.Key, pack.Number, pack.IsRemoved);
        var first = prefix.FirstName;
        foreach (var segment in Segments)
        {
            for (var pack = segment.LowerBoundOfName(first); pack < segment.PackCount; pack++)
            {
                var key = segment.KeyOf(pack);
                if (PackPrefix.Of(key.Name) != prefix)
                    break;
                Add(key, segment.Numbers[pack], segment.IsRemoved(pack));
            }
        }
        return found;

        void Add(in PackKey key, uint number, bool isRemoved)
        {
            if (isRemoved)
                return;
            foreach (var (other, _) in found)
            {
                if (other == key)
                    return;
            }
            found.Add((key, new PackNumber(number)));
        }
    }

    /// <summary>Every pack once, in the order of their names.</summary>
    public IEnumerable<PackNumber> Packs()
    {
        var memory = new PendingSequence(Pending.Packs());
        IPackSequence[] inputs = [.. Segments, memory];
        PackKey? previous = null;
        foreach (var (input, pack, key) in PackMerge.Walk(inputs))
        {
            if (key == previous || inputs[input].IsRemoved(pack))
                continue;
            previous = key;
            yield return new PackNumber(
                input < Segments.Length ? Segments[input].Numbers[pack] : memory.Packs[pack].Number);
        }
    }
}
