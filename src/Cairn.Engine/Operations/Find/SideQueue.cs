using Cairn.Engine.Entries;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Manifests;
using Cairn.Engine.Primitives;
using Cairn.Engine.Snapshots;

namespace Cairn.Engine.Operations.Find;

/// <summary>All sides of a search by what comes next in them: the earliest entry or piece of all first.</summary>
sealed class SideQueue
{
    readonly PriorityQueue<FindSide, Position> _sides = new();
    readonly Queue<FindSide> _ready = new();

    public bool IsEmpty => _sides.Count == 0 && _ready.Count == 0;

    /// <summary>Snapshots with the same manifest are one side from the start.</summary>
    public void AddRoots(IReadOnlyList<SnapshotInfo> snapshots)
    {
        var roots = Enumerable.Range(0, snapshots.Count)
            .GroupBy(member => (snapshots[member].Manifest, snapshots[member].ManifestLevel));
        foreach (var root in roots)
            Add(new FindSide([.. root], PieceNode.OfRoot(root.Key.Manifest, root.Key.ManifestLevel)));
    }

    public void Add(FindSide side)
    {
        if (!side.IsAtEnd)
            _sides.Enqueue(side, new Position(side.Key, side.Node?.Level ?? -1));
    }

    /// <summary>
    /// The side whose next piece is to be opened before anything else, with all snapshots that have it here; null if an
    /// entry comes first.
    /// </summary>
    public FindSide? TakeNextPiece()
    {
        if (_ready.Count == 0 && _sides.Count > 0 && _sides.Peek().Node is { } node)
            Gather(node);
        return _ready.TryDequeue(out var side) ? side : null;
    }

    /// <summary>Pieces that will soon be opened, up to so many.</summary>
    public IEnumerable<PieceNode> Upcoming(int count) => _ready
        .Concat(_sides.UnorderedItems.Select(item => item.Element).Take(count))
        .Select(side => side.Node).OfType<PieceNode>().Take(count);

    /// <summary>The next entry of all sides, and its distinct versions. No piece may come before it.</summary>
    public (ManifestKey Key, List<Version> Versions) TakeNextEntries()
    {
        var key = _sides.Peek().Key!.Value;
        var versions = new List<Version>();
        while (_sides.Count > 0 && _sides.Peek() is { HasEntry: true } next && next.Key!.Value.CompareTo(key) == 0)
        {
            var side = _sides.Dequeue();
            Collect(versions, side.Take(), side.Members);
            Add(side);
        }
        versions.Sort((left, right) => left.Members.Min().CompareTo(right.Members.Min()));
        return (key, versions);
    }

    // Mostly they are few. The numbers of hard-link groups do not make versions.
    void Collect(List<Version> versions, Entry entry, IReadOnlyList<int> members)
    {
        var known = versions.Find(version => ReferenceEquals(version.Entry, entry)
            || EntryComparer.Compare(version.Entry, entry) == EntryChanges.None);
        if (known is null)
            versions.Add(known = new Version(entry, []));
        known.Members.AddRange(members);
    }

    // All pieces of one level at one place: sides that have the same one go through it as one side.
    void Gather(PieceNode node)
    {
        var here = new List<FindSide>();
        var place = _sides.Peek().Key;
        while (_sides.Count > 0 && _sides.Peek().Node is { } other && other.Level == node.Level
            && IsSamePlace(place, _sides.Peek().Key))
            here.Add(_sides.Dequeue());
        // What points to a piece is compared with it: rows that say different things are told apart.
        foreach (var same in here.GroupBy(side =>
            (side.Node!.Id, side.Node.Row?.Entries, side.Node.Row?.ContentBytes, side.Node.IsFirst)))
        {
            if (same.Count() == 1)
            {
                _ready.Enqueue(same.Single());
                continue;
            }
            // What follows the piece may differ: it ends before the earliest of that.
            var earliest = same.MinBy(side => side.Node!.Next, NextOrder)!.Node!;
            _ready.Enqueue(new FindSide([.. same.SelectMany(side => side.Members)], earliest with { Opened = [] }));
            foreach (var side in same)
            {
                side.Skip();
                Add(side);
            }
        }
    }

    static readonly Comparer<ManifestKey?> NextOrder = Comparer<ManifestKey?>.Create((left, right) =>
        left is { } a && right is { } b ? a.CompareTo(b) : (left is null).CompareTo(right is null));

    static bool IsSamePlace(ManifestKey? left, ManifestKey? right) =>
        left is { } a ? right is { } b && a.CompareTo(b) == 0 : right is null;

    internal sealed record Version(Entry Entry, List<int> Members);

    /// <summary>Unknown places first; at one place pieces before entries, and higher ones before lower.</summary>
    readonly record struct Position(ManifestKey? Key, int Level) : IComparable<Position>
    {
        public int CompareTo(Position other)
        {
            if (Key is not { } key || other.Key is not { } otherKey)
                return (Key is not null).CompareTo(other.Key is not null);
            var order = key.CompareTo(otherKey);
            return order != 0 ? order : other.Level.CompareTo(Level);
        }
    }
}
