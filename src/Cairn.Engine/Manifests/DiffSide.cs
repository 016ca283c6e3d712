using Cairn.Engine.Entries;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Manifests;

/// <summary>
/// One of the two manifests of a comparison: what comes next is an entry of an open leaf, or a piece not read.
/// </summary>
sealed class DiffSide
{
    readonly IBlobSource _source;
    readonly Stack<PieceNode> _nodes = new();
    IReadOnlyList<LeafBlock> _blocks = [];
    int _block;
    int _entry;

    public DiffSide(IBlobSource source, BlobId root, int level)
    {
        _source = source;
        _nodes.Push(PieceNode.OfRoot(root, level));
    }

    public bool IsAtEnd => !HasEntry && _nodes.Count == 0;

    /// <summary>The next piece, if no leaf is open.</summary>
    public PieceNode? Node => HasEntry || _nodes.Count == 0 ? null : _nodes.Peek();

    /// <summary>Where the next entry stands; null if that is not known before the piece is opened.</summary>
    public ManifestKey? Key
    {
        get
        {
            if (!HasEntry)
                return Node?.Row?.First;
            var block = _blocks[_block];
            return new ManifestKey(block.Class, block.Path, block.Entries.Span[_entry].Name);
        }
    }

    bool HasEntry => _block < _blocks.Count;

    public Entry Take()
    {
        Invariant.That(HasEntry);
        var entries = _blocks[_block].Entries.Span;
        var entry = entries[_entry++];
        if (_entry == entries.Length)
        {
            _block++;
            _entry = 0;
        }
        return entry;
    }

    public void Skip() => _nodes.Pop();

    /// <summary>Whether the next piece held nothing of the range, and was left out.</summary>
    public bool TrySkipOutside(ManifestRange range)
    {
        if (Node is not { } node || range.Overlaps(node.Row?.First, node.Next))
            return false;
        Skip();
        return true;
    }

    public async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        Invariant.That(!HasEntry);
        var node = _nodes.Pop();
        var bytes = await _source.ReadAsync(BlobKind.Manifest, node.Id, cancellationToken);
        if (node.Level == 0)
        {
            var piece = LeafPiece.Decode(bytes);
            node.Check(piece.Summary, former: null);
            (_blocks, _block, _entry) = (piece.Blocks, 0, 0);
            return;
        }
        var rows = UpperPiece.Decode(bytes, node.Level);
        node.Check(rows);
        foreach (var child in node.Children(rows, bytes.Length).Reverse())
            _nodes.Push(child);
    }
}
