using System.Runtime.CompilerServices;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Manifests;

/// <summary>Walks down to the leaf pieces of a range, reading only what lies above them.</summary>
sealed class PieceTree(IBlobSource source, BlobId root, int rootLevel)
{
    /// <summary>
    /// An upper piece names some eighty others, so one in hand and one on its way keep the leaves busy.
    /// </summary>
    const int UpperWindow = 2;

    /// <summary>The leaf pieces of a range in order, not read yet.</summary>
    public IAsyncEnumerable<PieceNode> LeavesAsync(ManifestRange range, CancellationToken cancellationToken) =>
        NodesAsync(level: 0, range, cancellationToken);

    async IAsyncEnumerable<PieceNode> NodesAsync(
        int level, ManifestRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var top = PieceNode.OfRoot(root, rootLevel);
        if (level == rootLevel)
        {
            yield return top;
            yield break;
        }
        var parents = NodesAsync(level + 1, range, cancellationToken);
        await foreach (var children in ReadAhead.Run(parents, UpperWindow, ReadUpperAsync, cancellationToken))
        {
            foreach (var child in children)
            {
                if (range.Overlaps(child.Row!.Value.First, child.Next))
                    yield return child;
            }
        }
    }

    async Task<IEnumerable<PieceNode>> ReadUpperAsync(PieceNode node, CancellationToken cancellationToken)
    {
        var piece = await source.ReadAsync(BlobKind.Manifest, node.Id, cancellationToken);
        var rows = UpperPiece.Decode(piece, node.Level);
        node.Check(rows);
        return node.Children(rows, piece.Length);
    }
}
