using System.Collections.Concurrent;
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
    readonly Dictionary<PackPrefix, LedgerPack>? _needed;
    readonly ConcurrentDictionary<PackNumber, LedgerPack?> _neededOf = [];

    /// <param name="ledger">Null if it cannot be read: then only what is there is asked.</param>
    /// <param name="moves">Where what it names was moved to.</param>
    public Coverage(
        BlobIndex index, IReadOnlySet<PackNumber> missing, Ledger? ledger, IReadOnlyList<MovedRows> moves)
    {
        _index = index;
        _missing = missing;
        _needed = ledger is null
            ? null
            : MoveExpansion.Expand(ledger, moves).ToDictionary(pack => pack.Prefix);
    }

    /// <summary>Whether it names a pack, or something was moved to one, that the index does not know.</summary>
    /// <param name="gone">Packs that nobody needs to know any more.</param>
    public bool NamesUnknownPacks(IReadOnlySet<PackPrefix> gone) => _needed?.Keys.Any(
        pack => !gone.Contains(pack) && _index.FindPacksByPrefix(pack).Count == 0) == true;

    /// <param name="id">The blob.</param>
    /// <param name="place">Where it is fine, if it is.</param>
    public BlobState StateOf(BlobId id, out BlobLocation place)
    {
        if (!_index.TryFind(id, out place))
            return BlobState.Missing;
        if (IsFine(place))
            return BlobState.Fine;
        var places = _index.FindAll(id);
        foreach (var other in places.Where(IsFine))
        {
            place = other;
            return BlobState.Fine;
        }
        return places.All(other => _missing.Contains(other.Pack)) ? BlobState.Missing : BlobState.NotInLedger;
    }

    /// <summary>Whether blobs at these places are, where those of a pack stand together.</summary>
    public bool AreFine(ReadOnlySpan<BlobLocation> places)
    {
        for (var start = 0; start < places.Length;)
        {
            var number = places[start].Pack;
            if (_missing.Contains(number))
                return false;
            var needed = _needed is null ? null : NeededOf(number);
            if (_needed is not null && needed is null)
                return false;
            for (; start < places.Length && places[start].Pack == number; start++)
            {
                if (needed?.Names(places[start].Row) == false)
                    return false;
            }
        }
        return true;
    }

    bool IsFine(BlobLocation place) =>
        !_missing.Contains(place.Pack)
        && (_needed is null || (NeededOf(place.Pack) is { } pack && pack.Names(place.Row)));

    // Asked of each pack when it turns up: the index learns of packs that are made while a check runs.
    LedgerPack? NeededOf(PackNumber number) => _neededOf.GetOrAdd(number, static (pack, self) =>
        self._needed!.TryGetValue(self.PrefixOf(pack), out var found) ? found : null, this);

    PackPrefix PrefixOf(PackNumber pack) => PackPrefix.Of(_index.GetPack(pack).Name);
}
