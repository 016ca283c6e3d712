using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Records;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Simulation.Worlds;
using Cairn.Testing.Simulated.Buckets;

namespace Cairn.Simulation.Judging;

/// <summary>What ledgers name, and where it lies: all that was ever stored, and which packs are there.</summary>
sealed class Contents(World world)
{
    readonly Dictionary<ObjectHash, Ledger> _ledgers = [];
    readonly Dictionary<ObjectHash, string> _ledgerNames = [];
    readonly Dictionary<PackPrefix, (string Name, string Writer, int Rows)> _known = [];
    readonly HashSet<PackPrefix> _there = [];
    readonly HashSet<PackPrefix> _deleted = [];
    readonly HashSet<PackPrefix> _repacked = [];
    readonly MoveGraph _moves = new();

    public void AddPack(string writer, ObjectHash pack, ObjectVersion version, EnvelopeKeys keys)
    {
        var prefix = PackPrefix.Of(pack);
        if (!_known.ContainsKey(prefix))
            _known.Add(
                prefix, (version.Key, writer, PackReader.ReadTable(pack, version.Content, keys, out _).Rows.Length));
        if (_there.Add(prefix) && _deleted.Contains(prefix))
            world.Coverage.Count("late PUT of a deleted pack");
    }

    public void RemovePack(ObjectHash pack)
    {
        var prefix = PackPrefix.Of(pack);
        if (!_there.Remove(prefix))
            return;
        world.Coverage.Count("pack deleted");
        _deleted.Add(prefix);
    }

    public void AddLedger(ObjectHash hash, ObjectVersion version, Repository repository)
    {
        var opened = IndexEnvelope.Open(ObjectType.Ledger, version.Content, repository.Keys, repository.Signers);
        var ledger = LedgerCodec.Decode(opened.Body);
        if (ledger.Kind == LedgerKind.Interim)
            world.Coverage.Count("checkpoint");
        _ledgers.TryAdd(hash, ledger);
        _ledgerNames.TryAdd(hash, version.Key);
    }

    public void AddMoves(ObjectVersion version, Repository repository, IReadOnlySet<ObjectHash> condemned)
    {
        var opened = IndexEnvelope.Open(ObjectType.Moves, version.Content, repository.Keys, repository.Signers);
        foreach (var move in RecordCodecs.DecodeMoves(opened.Body.Span).Moves)
        {
            world.Coverage.Count("rows moved", move.FromRows.Count);
            var (from, to) = (new ObjectHash(move.From.Span), new ObjectHash(move.To.Span));
            _repacked.Add(PackPrefix.Of(to));
            if (condemned.Contains(to))
                world.Coverage.Count("moved into a pack that is condemned");
            _moves.Add(new MovedRows(
                from, to, [.. move.FromRows.Select(row => (int)row)], [.. move.ToRows.Select(row => (int)row)]));
        }
    }

    public bool HasLedger(ObjectHash ledger) => _ledgers.ContainsKey(ledger);

    public IEnumerable<PackPrefix> PacksOf(ObjectHash ledger) => _ledgers[ledger].Packs.Select(pack => pack.Prefix);

    public string NameOf(ObjectHash ledger) => _ledgerNames[ledger];

    public string NameOf(PackPrefix pack) => _known[pack].Name;

    public int RowsOf(PackPrefix pack) => _known.GetValueOrDefault(pack).Rows;

    /// <summary>P1: a row that the ledger names and that can be read nowhere.</summary>
    public Place? FindLost(ObjectHash ledger) => FindWithout(ledger, _there.Contains);

    /// <summary>A row that the ledger names and of which no place lies in a pack that is there, and is so.</summary>
    public Place? FindUnlike(ObjectHash ledger, Func<PackPrefix, bool> isSo) =>
        FindWithout(ledger, pack => _there.Contains(pack) && isSo(pack));

    Place? FindWithout(ObjectHash ledger, Func<PackPrefix, bool> counts)
    {
        foreach (var pack in _ledgers[ledger].Packs.Where(pack => !counts(pack.Prefix)))
        {
            if (RowsOf(pack.Prefix) == 0)
                return new Place(pack.Prefix, Row: 0);
            foreach (var place in MoveGraph.PlacesOf(pack, RowsOf(pack.Prefix)))
            {
                if (!_moves.IsReadable(place, counts))
                    return place;
            }
        }
        return null;
    }

    /// <summary>Objects of the packs in which rows that it needs lie, or to which they were moved.</summary>
    public IEnumerable<string> PlacesOf(ObjectHash ledger) => _moves
        .Reach(_ledgers[ledger].Packs.SelectMany(pack => MoveGraph.PlacesOf(pack, RowsOf(pack.Prefix))))
        .Select(place => place.Pack).Distinct().Select(NameOf);

    public void CountUse(ObjectHash ledger, string caller)
    {
        foreach (var pack in PacksOf(ledger))
        {
            if (!_there.Contains(pack))
                world.Coverage.Count("committed through a move");
            else if (_repacked.Contains(pack))
                world.Coverage.Count("repacked pack used");
            else if (_known[pack].Writer != caller)
                world.Coverage.Count("pack of another host used");
        }
    }
}
