namespace Cairn.Tests.Protocol;

/// <summary>A participant: from what it remembers and what the store holds follow the steps it may take next.</summary>
interface IProcess
{
    string Name { get; }

    void AddSteps(Steps steps);
}

/// <summary>What a step did, for traces: a sentence and the packs, ledgers or rows it is about.</summary>
readonly record struct StepLabel(string What, int Packs, int Ledgers, int Rows);

/// <summary>Collects the steps one process can take from one state. One step is one request to the store.</summary>
sealed class Steps(ProtocolRules rules, IReadOnlyList<byte> ledgerPrefixes)
{
    State _before;
    int _process;
    List<State> _successors = [];

    public ProtocolRules Rules => rules;

    /// <summary>Listing one prefix is one step; every host has its own for ledgers.</summary>
    public IReadOnlyList<byte> LedgerPrefixes => ledgerPrefixes;

    public int Process => _process;
    public Store Store { get; private set; }
    public Memory Memory { get; private set; }

    /// <summary>Filled only when somebody wants to print a trace.</summary>
    public List<StepLabel>? Labels { get; set; }

    public void Collect(in State before, int process, IProcess from, List<State> successors)
    {
        (_before, _process, _successors) = (before, process, successors);
        (Store, Memory) = (before.Store, before.MemoryOf(process));
        if (Memory.Step != State.Done)
            from.AddSteps(this);
    }

    public void Add(Store store, Memory memory, string what, int packs = 0, int ledgers = 0, int rows = 0)
    {
        _successors.Add(_before.After(_process, store, memory));
        Labels?.Add(new(what, packs, ledgers, rows));
    }

    /// <summary>A step that only reads.</summary>
    public void Add(Memory memory, string what, int packs = 0, int ledgers = 0, int rows = 0) =>
        Add(Store, memory, what, packs, ledgers, rows);
}
