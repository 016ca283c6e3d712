using Cairn.Engine.Entries;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Indexing;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories.Reading;

namespace Cairn.Engine.Operations.Check;

/// <summary>
/// Pieces of manifests that were found whole, with all they need: neighbouring snapshots share nearly all of theirs,
/// and for the next it is enough to ask whether its ledger names what they need. Bounded; a piece that is not
/// remembered any more is read again. Any thread may ask, one adds.
/// </summary>
sealed class KnownPieces
{
    const long BytesMax = 16 << 20;
    // Of the piece itself, beside what it needs.
    const int PieceBytes = 300;

    sealed record Piece(LeafSummary Summary, BlobLocation[] Needs);

    readonly Lock _lock = new();
    readonly LruCache<BlobId, Piece> _pieces = new(BytesMax);

    /// <summary>What the piece is, if it needs nothing but what is there and named; null otherwise.</summary>
    public LeafSummary? Find(BlobId id, Coverage coverage)
    {
        Piece? piece;
        lock (_lock)
        {
            if (!_pieces.TryGet(id, out piece))
                return null;
        }
        return coverage.AreFine(piece.Needs) ? piece.Summary : null;
    }

    /// <param name="needs">Where all it needs was found. Is put into order.</param>
    public void Add(BlobId id, in LeafSummary summary, BlobLocation[] needs)
    {
        Array.Sort(needs, static (left, right) => left.Pack != right.Pack
            ? left.Pack.Value.CompareTo(right.Pack.Value) : left.Row.CompareTo(right.Row));
        var cost = PieceBytes + needs.Length * 8L;
        lock (_lock)
            _pieces.TryAdd(id, new Piece(Detached(summary), needs), cost);
    }

    // Its keys are parts of the piece's bytes, which would stay with them.
    static LeafSummary Detached(in LeafSummary summary) => summary with
    {
        First = Detached(summary.First), Last = Detached(summary.Last),
    };

    static ManifestKey Detached(in ManifestKey key) => new(key.Class, key.Path.ToArray(), key.Name.ToArray());
}
