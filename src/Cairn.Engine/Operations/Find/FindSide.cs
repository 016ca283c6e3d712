using Cairn.Engine.Entries;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Manifests;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Operations.Find;

/// <summary>
/// Snapshots that go through a stretch of their manifests together, because it is the same piece. What comes next is an
/// entry that matches, or a piece not read.
/// </summary>
sealed class FindSide
{
    readonly Stack<Level> _levels = new();
    IReadOnlyList<FoundEntry> _entries = [];
    int _next;

    /// <param name="members">The snapshots, as the search numbers them.</param>
    public FindSide(IReadOnlyList<int> members, PieceNode node)
    {
        Members = members;
        _levels.Push(new Level([node]));
    }

    public IReadOnlyList<int> Members { get; }

    public bool HasEntry => _next < _entries.Count;

    public bool IsAtEnd => !HasEntry && _levels.Count == 0;

    /// <summary>The next piece, if no leaf is open.</summary>
    public PieceNode? Node => HasEntry || _levels.Count == 0 ? null : _levels.Peek().Current;

    /// <summary>The next pieces at the level of <see cref="Node"/>, itself included.</summary>
    public IEnumerable<PieceNode> Ahead(int count) =>
        Node is null ? [] : _levels.Peek().Nodes.Skip(_levels.Peek().Index).Take(count);

    /// <summary>Where what comes next stands; null if that is not known before the piece is opened.</summary>
    public ManifestKey? Key => HasEntry ? _entries[_next].Key : Node?.Row?.First;

    public Entry Take()
    {
        Invariant.That(HasEntry);
        return _entries[_next++].Entry;
    }

    /// <summary>Leaves the next piece out: others go through it.</summary>
    public void Skip()
    {
        Invariant.That(!HasEntry);
        _levels.Peek().Index++;
        while (_levels.Count > 0 && _levels.Peek().IsAtEnd)
        {
            _levels.Pop();
            if (_levels.Count > 0)
                _levels.Peek().Index++;
        }
    }

    /// <summary>Goes into the next piece.</summary>
    public void Open(FoundPiece piece, ManifestRange range)
    {
        var node = Node!;
        if (node.Level == 0)
        {
            node.Check(piece.Summary, former: null);
            Skip();
            (_entries, _next) = (piece.Entries, 0);
            return;
        }
        node.Check(piece.Rows);
        var children = node.Children(piece.Rows, piece.Length)
            .Where(child => range.Overlaps(child.Row?.First, child.Next)).ToArray();
        if (children.Length == 0)
            Skip();
        else
            _levels.Push(new Level(children));
    }

    sealed class Level(PieceNode[] nodes)
    {
        public PieceNode[] Nodes => nodes;
        public int Index { get; set; }
        public bool IsAtEnd => Index == nodes.Length;
        public PieceNode Current => nodes[Index];
    }
}
