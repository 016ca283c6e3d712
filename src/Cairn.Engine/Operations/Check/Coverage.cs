using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;

namespace Cairn.Engine.Operations.Check;

enum BlobState { Fine, NotInLedger, Missing }

/// <summary>
/// Whether a snapshot's blobs are there, and named by its ledger: what a prune goes by (INV-4). Any thread may ask.
/// </summary>
sealed class Coverage
{
    readonly BlobIndex _index;
    readonly IReadOnlySet<PackNumber> _missing;
    readonly Dictionary<PackNumber, LedgerPack>? _needed;

    /// <param name="ledger">Null if it cannot be read: then only what is there is asked.</param>
    /// <param name="moves">Where what it names was moved to.</param>
    public Coverage(
        BlobIndex index, IReadOnlySet<PackNumber> missing, Ledger? ledger, IReadOnlyList<MovedRows> moves)
    {
        _index = index;
        _missing = missing;
        if (ledger is null)
            return;
        _needed = [];
        foreach (var pack in MoveExpansion.Expand(ledger, moves))
        {
            foreach (var number in index.FindPacksByPrefix(pack.PackPrefix))
                _needed[number] = pack;
        }
    }

    public BlobState StateOf(BlobId id)
    {
        if (!_index.TryFind(id, out var place))
            return BlobState.Missing;
        if (IsFine(place))
            return BlobState.Fine;
        var places = _index.FindAll(id);
        if (places.Any(IsFine))
            return BlobState.Fine;
        return places.All(other => _missing.Contains(other.Pack)) ? BlobState.Missing : BlobState.NotInLedger;
    }

    bool IsFine(BlobLocation place) =>
        !_missing.Contains(place.Pack)
        && (_needed is null || (_needed.TryGetValue(place.Pack, out var pack) && pack.Names(place.Row)));
}
