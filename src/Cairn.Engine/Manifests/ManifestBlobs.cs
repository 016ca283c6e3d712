using System.Runtime.CompilerServices;
using Cairn.Engine.Entries;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Manifests;

/// <summary>
/// All blobs that a manifest needs: its pieces, and what its entries name. For checks, and for ledgers made anew.
/// Entries are not made for it, only looked through. Any thread may call.
/// </summary>
public sealed class ManifestBlobs(IBlobSource source, int readAhead = ManifestReader.DefaultReadAhead)
{
    readonly ContentReader _contents = new(source);

    /// <summary>
    /// In batches, each piece before what it names. A blob that several entries name comes several times.
    /// </summary>
    public async IAsyncEnumerable<IReadOnlyList<BlobReference>> ReadAsync(
        BlobId root, int rootLevel, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var leaves = new PieceTree(source, root, rootLevel).LeavesAsync(
            ManifestRange.Everything, cancellationToken);
        LeafSummary? former = null;
        await foreach (var leaf in ReadAhead.Run(leaves, readAhead, ReadLeafAsync, cancellationToken))
        {
            leaf.Node.Check(leaf.Summary, former);
            former = leaf.Summary;
            yield return leaf.Blobs;
            foreach (var (content, size) in leaf.Listed)
            {
                await foreach (var batch in _contents.ReadBlobsAsync(content, size, cancellationToken))
                    yield return batch;
            }
        }
    }

    async Task<LeafBlobs> ReadLeafAsync(PieceNode node, CancellationToken cancellationToken)
    {
        var piece = await source.ReadAsync(BlobKind.Manifest, node.Id, cancellationToken);
        return Collect(node, piece);
    }

    static LeafBlobs Collect(PieceNode node, ReadOnlyMemory<byte> piece)
    {
        var blobs = new List<BlobReference>(node.Opened)
        {
            new(BlobKind.Manifest, node.Id, piece.Length),
        };
        var listed = new List<(FileContent, long)>();
        var summary = new LeafSummary.Builder(piece);
        var cursor = new LeafCursor(piece.Span);
        LeafRecord record;
        while ((record = cursor.Read()) != LeafRecord.End)
        {
            if (record == LeafRecord.Block)
                continue;
            summary.Add(cursor);
            foreach (var blob in new RecordBlobs(cursor.Entry))
                blobs.Add(blob);
            if (cursor.Entry.ListDepth > 0)
                listed.Add((EntryCodec.ContentOf(cursor.Entry), cursor.Entry.Size));
        }
        return new LeafBlobs(node, summary.Build(cursor), blobs, listed);
    }

    sealed record LeafBlobs(
        PieceNode Node, LeafSummary Summary, List<BlobReference> Blobs, List<(FileContent Content, long Size)> Listed);
}
