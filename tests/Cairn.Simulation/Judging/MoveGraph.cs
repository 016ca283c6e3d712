using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;

namespace Cairn.Simulation.Judging;

/// <summary>A row of a pack, named as ledgers name it.</summary>
readonly record struct Place(PackPrefix Pack, int Row);

/// <summary>
/// What moves mean, by the letter of docs/design/commit-protocol.md and place by place: slow, simple, and written
/// without a look at the product's own.
/// </summary>
sealed class MoveGraph
{
    readonly Dictionary<Place, HashSet<Place>> _targets = [];
    readonly List<(Place From, Place To)> _steps = [];

    public void Add(MovedRows move)
    {
        for (var i = 0; i < move.FromRows.Length; i++)
            Add(
                new Place(PackPrefix.Of(move.From), move.FromRows[i]),
                new Place(PackPrefix.Of(move.To), move.ToRows[i]));
    }

    void Add(Place from, Place to)
    {
        if (!_targets.TryGetValue(from, out var targets))
            _targets.Add(from, targets = []);
        if (targets.Add(to))
            _steps.Add((from, to));
    }

    /// <summary>P1: it can be read in its own pack or, through any chain of moves, in one that exists.</summary>
    public bool IsReadable(Place place, Func<PackPrefix, bool> isThere) =>
        isThere(place.Pack) || Reach([place]).Any(reached => isThere(reached.Pack));

    /// <summary>R3: what is named, and everything that any of it was moved to.</summary>
    public HashSet<Place> Reach(IEnumerable<Place> named)
    {
        var reached = named.ToHashSet();
        var open = new Stack<Place>(reached);
        while (open.TryPop(out var place))
        {
            foreach (var target in _targets.GetValueOrDefault(place) ?? [])
            {
                if (reached.Add(target))
                    open.Push(target);
            }
        }
        return reached;
    }

    /// <summary>R4: a move leads on from it to a pack that stays, or to a place that is free itself.</summary>
    public HashSet<Place> Free(Func<PackPrefix, bool> stays)
    {
        var free = new HashSet<Place>();
        for (var changes = true; changes;)
        {
            changes = false;
            foreach (var (from, to) in _steps)
                changes |= (stays(to.Pack) || free.Contains(to)) && free.Add(from);
        }
        return free;
    }

    /// <param name="rows">The pack's rows, where the ledger names them all.</param>
    public static IEnumerable<Place> PlacesOf(LedgerPack pack, int rows) => Enumerable.Range(0, rows)
        .Where(row => pack.Names(row)).Select(row => new Place(pack.Prefix, row));
}
