using Cairn.Engine.Indexing;
using Cairn.Engine.Manifests;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Operations.Check;

/// <summary>Collects what a piece needs, and has the piece remembered if nothing was wrong with any of it.</summary>
/// <param name="known">Where it is remembered.</param>
/// <param name="find">Where a blob is; null if something is wrong with it.</param>
sealed class PieceNeeds(KnownPieces known, Func<BlobId, BlobLocation?> find)
{
    readonly List<BlobLocation> _places = [];
    SalvagedPiece? _piece;
    bool _isSpoiled;

    /// <summary>What is added from now on is needed by that piece; the one before is complete.</summary>
    public void Begin(SalvagedPiece? next)
    {
        if (ReferenceEquals(next, _piece))
            return;
        if (_piece is { } done && !_isSpoiled)
            known.Add(done.Id, done.Summary, [.. _places]);
        _places.Clear();
        (_piece, _isSpoiled) = (next, false);
    }

    public void Add(BlobId id)
    {
        if (find(id) is { } place)
            _places.Add(place);
        else
            _isSpoiled = true;
    }

    /// <summary>The piece needs something that cannot be read.</summary>
    public void Spoil() => _isSpoiled = true;
}
