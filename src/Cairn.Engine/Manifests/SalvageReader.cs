using System.Runtime.CompilerServices;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Manifests;

/// <summary>A block of entries, or what stands in its place where a piece of the manifest is lost.</summary>
public readonly record struct SalvagedBlock(LeafBlock Block, LostPiece? Lost)
{
    /// <summary>The piece that the block is from: the same object for all of its blocks.</summary>
    public SalvagedPiece? Piece { get; init; }
}

/// <summary>A piece that was read, and fits its place.</summary>
public sealed record SalvagedPiece(BlobId Id, LeafSummary Summary);

/// <summary>Entries from a first one on, up to the first of the next piece, cannot be known any more.</summary>
/// <param name="First">The first of them; null if the whole manifest is lost.</param>
/// <param name="Entries">How many; 0 if that is not known.</param>
public sealed record LostPiece(BlobId Piece, ManifestKey? First, ulong Entries, Exception Cause);

/// <summary>
/// Reads a range of a manifest like <see cref="ManifestReader"/>, but goes on behind pieces that cannot be read and
/// tells what is missing, so that one lost piece costs the entries in it and no more.
/// </summary>
public sealed class SalvageReader(IBlobSource source, BlobId root, int rootLevel, Func<Exception, bool> isDamage)
{
    /// <summary>Is told each piece that was read or is known, upper ones too; from several threads at once.</summary>
    public Action<BlobId>? OnPiece { get; init; }

    /// <summary>
    /// What is known of a leaf that is not to be read: it is held against its place as others are, and gives no
    /// blocks. Is asked by several threads at once.
    /// </summary>
    public Func<BlobId, LeafSummary?>? Known { get; init; }

    const int LeafWindow = ManifestReader.DefaultReadAhead;
    const int UpperWindow = 2;

    sealed record Read<T>(PieceNode Node, T? Piece, Exception? Failure);

    sealed record Leaf(LeafSummary Summary, IReadOnlyList<LeafBlock> Blocks);

    public async IAsyncEnumerable<SalvagedBlock> ReadAsync(
        ManifestRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var nodes = NodesAsync(level: 0, range, cancellationToken);
        LeafSummary? former = null;
        await foreach (var leaf in ReadAhead.Run(nodes, LeafWindow, ReadLeafAsync, cancellationToken))
        {
            if (leaf.Piece is not { } read)
            {
                former = null;
                yield return new SalvagedBlock(default, LostOf(leaf.Node, leaf.Failure!));
                continue;
            }
            var contradiction = ContradictionOf(leaf.Node, read.Summary, former);
            // A piece that does not fit says nothing of the one behind it.
            former = contradiction is null ? read.Summary : null;
            if (contradiction is not null)
            {
                yield return new SalvagedBlock(default, LostOf(leaf.Node, contradiction));
                continue;
            }
            var piece = new SalvagedPiece(leaf.Node.Id, read.Summary);
            foreach (var block in read.Blocks)
            {
                var selected = range.Select(block);
                if (!selected.IsEmpty)
                    yield return new SalvagedBlock(block with { Entries = selected }, Lost: null) { Piece = piece };
            }
        }
    }

    static FormatViolationException? ContradictionOf(PieceNode node, in LeafSummary leaf, in LeafSummary? former)
    {
        try
        {
            node.Check(leaf, former);
            return null;
        }
        catch (FormatViolationException e)
        {
            return e;
        }
    }

    static LostPiece LostOf(PieceNode node, Exception cause) =>
        new(node.Id, node.Row?.First, node.Row?.Entries ?? 0, cause);

    /// <summary>Nodes to read at that level; one whose parent was lost stands for its parent.</summary>
    async IAsyncEnumerable<Read<PieceNode>> NodesAsync(
        int level, ManifestRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var top = PieceNode.OfRoot(root, rootLevel);
        if (level == rootLevel)
        {
            yield return new Read<PieceNode>(top, top, Failure: null);
            yield break;
        }
        var parents = NodesAsync(level + 1, range, cancellationToken);
        await foreach (var read in ReadAhead.Run(parents, UpperWindow, ReadUpperAsync, cancellationToken))
        {
            if (read.Piece is not { } children)
            {
                yield return new Read<PieceNode>(read.Node, null, read.Failure);
                continue;
            }
            foreach (var child in children)
            {
                if (range.Overlaps(child.Row!.Value.First, child.Next))
                    yield return new Read<PieceNode>(child, child, Failure: null);
            }
        }
    }

    Task<Read<List<PieceNode>>> ReadUpperAsync(Read<PieceNode> node, CancellationToken cancellationToken) =>
        TryAsync(node, cancellationToken, bytes =>
        {
            var rows = UpperPiece.Decode(bytes, node.Node.Level);
            node.Node.Check(rows);
            return node.Node.Children(rows, bytes.Length).ToList();
        });

    Task<Read<Leaf>> ReadLeafAsync(Read<PieceNode> node, CancellationToken cancellationToken)
    {
        if (node.Failure is null && Known?.Invoke(node.Node.Id) is { } known)
        {
            OnPiece?.Invoke(node.Node.Id);
            return Task.FromResult(new Read<Leaf>(node.Node, new Leaf(known, []), Failure: null));
        }
        return TryAsync(node, cancellationToken, bytes =>
        {
            var piece = LeafPiece.Decode(bytes);
            return new Leaf(piece.Summary, piece.Blocks);
        });
    }

    async Task<Read<T>> TryAsync<T>(
        Read<PieceNode> node, CancellationToken cancellationToken, Func<ReadOnlyMemory<byte>, T> decode)
        where T : class
    {
        if (node.Failure is not null)
            return new Read<T>(node.Node, null, node.Failure);
        try
        {
            var bytes = await source.ReadAsync(BlobKind.Manifest, node.Node.Id, cancellationToken);
            var piece = decode(bytes);
            OnPiece?.Invoke(node.Node.Id);
            return new Read<T>(node.Node, piece, Failure: null);
        }
        catch (Exception e) when (e is FormatViolationException || isDamage(e))
        {
            return new Read<T>(node.Node, null, e);
        }
    }
}
