using System.Runtime.CompilerServices;
using Cairn.Engine.Entries;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Manifests;

/// <summary>
/// Reads a manifest, or parts of it, through the pieces they lie in; some pieces are read ahead. Each piece is compared
/// with what its parent says of it before anything of it is yielded. Any thread may call.
/// </summary>
public sealed class ManifestReader(
    IBlobSource source, BlobId root, int rootLevel, int readAhead = ManifestReader.DefaultReadAhead)
{
    public const int DefaultReadAhead = 8;

    readonly PieceTree _tree = new(source, root, rootLevel);

    /// <summary>The entries of a range, in order, some of one directory at a time.</summary>
    public async IAsyncEnumerable<LeafBlock> ReadAsync(
        ManifestRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var leaves = _tree.LeavesAsync(range, cancellationToken);
        LeafSummary? former = null;
        await foreach (var (node, piece) in ReadAhead.Run(leaves, readAhead, ReadLeafAsync, cancellationToken))
        {
            // The leaves of a range are neighbours, so each but the first can be compared with the one before.
            var summary = piece.Summary;
            node.Check(summary, former);
            former = summary;
            foreach (var block in piece.Blocks)
            {
                var selected = range.Select(block);
                if (!selected.IsEmpty)
                    yield return block with { Entries = selected };
            }
        }
    }

    /// <summary>The entry with that path, or null. The root has none.</summary>
    public async Task<Entry?> FindAsync(
        byte @class, ReadOnlyMemory<byte> path, CancellationToken cancellationToken)
    {
        if (path.IsEmpty)
            return null;
        var (directory, name) = ManifestPath.Split(path);
        await foreach (var block in ReadAsync(ManifestRange.Single(@class, directory, name), cancellationToken))
            return block.Entries.Span[0];
        return null;
    }

    /// <summary>
    /// The entry with that path and, if it is a directory, all below it; everything of the class for the root.
    /// </summary>
    public async IAsyncEnumerable<LeafBlock> ReadSubtreeAsync(
        byte @class, ReadOnlyMemory<byte> path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var below = ManifestRange.OfClass(@class);
        if (!path.IsEmpty)
        {
            var entry = await FindAsync(@class, path, cancellationToken);
            if (entry is null)
                yield break;
            var (directory, _) = ManifestPath.Split(path);
            yield return new LeafBlock(@class, directory, IsContinued: false, new[] { entry });
            if (entry.Kind != EntryKind.Directory)
                yield break;
            below = ManifestRange.Below(@class, path);
        }
        await foreach (var block in ReadAsync(below, cancellationToken))
            yield return block;
    }

    async Task<(PieceNode Node, LeafPiece Piece)> ReadLeafAsync(PieceNode node, CancellationToken cancellationToken) =>
        (node, LeafPiece.Decode(await source.ReadAsync(BlobKind.Manifest, node.Id, cancellationToken)));
}
