using Cairn.Engine.Primitives;

namespace Cairn.Tests.Protocol;

/// <summary>Who takes part, what the store holds at first, and how all of it is called in a trace.</summary>
sealed record Scenario(
    string Name, Store Initial, IReadOnlyList<IProcess> Processes, IReadOnlyList<byte> LedgerPrefixes,
    IReadOnlyList<string> PackNames, IReadOnlyList<string> LedgerNames);

/// <summary>Hands out bits to the packs and ledgers of a scenario.</summary>
sealed class ScenarioBuilder(string name)
{
    readonly List<IProcess> _processes = [];
    readonly List<string> _packs = [];
    readonly List<string> _ledgers = [];
    readonly List<byte> _prefixes = [];
    Store _store;
    int _moves;
    int _packFound;

    /// <summary>A pack that is there from the start and that no ledger needs.</summary>
    public ScenarioBuilder WithPack(int blobs)
    {
        _packFound = NewPack($"P{_packs.Count}");
        var rows = Store.RowsIn(_packFound, blobs);
        _store = _store with
        {
            Rows = (ushort)(_store.Rows | rows), Indexed = (ushort)(_store.Indexed | rows),
        };
        return this;
    }

    /// <summary>Some blobs of the last pack are needed by a snapshot that was reported long ago.</summary>
    public ScenarioBuilder WithSnapshotOf(int blobs)
    {
        var ledger = NewLedger("old");
        _prefixes.Add((byte)(1 << ledger));
        var bit = (byte)(1 << ledger);
        _store = (_store with { Ledgers = bit, Snapshots = bit, Reported = bit })
            .WithLedgerRows(ledger, Store.RowsIn(_packFound, blobs));
        return this;
    }

    public ScenarioBuilder WithHost(int blobs, int runs, bool checkpoints = false, bool restarts = false)
    {
        var host = $"host {_processes.Count + 1}";
        int[] packs, ledgers;
        if (checkpoints)
        {
            packs = [.. Times(runs, run => (string[])[$"N{run}x", $"N{run}y"], NewPack)];
            ledgers = [.. Times(runs, run => (string[])[$"interim{run}", $"L{run}"], NewLedger)];
        }
        else
        {
            var letter = (char)('A' + _processes.Count);
            packs = [.. Times(runs, run => (string[])[$"{letter}{run}"], NewPack)];
            ledgers = [.. Times(runs, run => (string[])[$"L{letter}{run}"], NewLedger)];
        }
        _prefixes.Add((byte)ledgers.Sum(ledger => 1 << ledger));
        return With(new HostProcess(host, blobs, packs, ledgers, checkpoints, restarts));
    }

    public ScenarioBuilder WithMaintainer(int rounds, bool isBlind = false, bool restarts = false) =>
        With(NewMaintainer("maintainer", rounds, isBlind, restarts));

    public ScenarioBuilder WithVoider(int rounds) =>
        With(new VoiderProcess($"voider {_processes.Count + 1}", rounds));

    /// <param name="sources">The packs it may repack, by number; its own new pack gets the next number.</param>
    public ScenarioBuilder WithRepacker(int rounds, byte sources)
    {
        var maintainer = NewMaintainer("repacker", rounds, isBlind: false, restarts: false);
        return With(new RepackerProcess(maintainer.Name, sources, NewPack($"R{_moves}"), _moves++, maintainer));
    }

    public Scenario Build()
    {
        Invariant.That(_processes.Count <= State.MaxProcesses);
        Invariant.That(_packs.Count <= Store.MaxPacks);
        Invariant.That(_ledgers.Count <= Store.MaxLedgers);
        return new(name, _store, _processes, _prefixes, _packs, _ledgers);
    }

    MaintainerProcess NewMaintainer(string role, int rounds, bool isBlind, bool restarts) =>
        new($"{role} {_processes.Count + 1}", rounds, isBlind, restarts);

    ScenarioBuilder With(IProcess process)
    {
        _processes.Add(process);
        return this;
    }

    static IEnumerable<int> Times(int runs, Func<int, string[]> names, Func<string, int> make) =>
        Enumerable.Range(1, runs).SelectMany(names).Select(make);

    int NewPack(string pack)
    {
        _packs.Add(pack);
        return _packs.Count - 1;
    }

    int NewLedger(string ledger)
    {
        _ledgers.Add(ledger);
        return _ledgers.Count - 1;
    }
}
