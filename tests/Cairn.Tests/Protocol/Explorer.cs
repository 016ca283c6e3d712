using Cairn.Engine.Primitives;

namespace Cairn.Tests.Protocol;

/// <summary>A transition system whose reachable states can be counted out.</summary>
interface IModel<TState> where TState : struct, IEquatable<TState>
{
    TState Initial { get; }

    void AddSuccessors(in TState state, List<TState> successors);

    /// <summary>What is wrong with this state, or null.</summary>
    string? Violation(in TState state);

    /// <summary>A set of bits of what this state shows to be possible.</summary>
    uint Milestones(in TState state);
}

/// <param name="States">Distinct states reached.</param>
/// <param name="Depth">Steps of the longest of the shortest ways to them.</param>
/// <param name="Milestones">What at least one of them showed.</param>
/// <param name="Violation">What is wrong with the last state of the trace, or null if no state is bad.</param>
/// <param name="Trace">The shortest way to a bad state, the initial one first.</param>
sealed record Exploration<TState>(
    int States, int Depth, uint Milestones, string? Violation, IReadOnlyList<TState> Trace);

/// <summary>
/// Breadth first, so that the first bad state met is one with a shortest trace. States lie in one list in the order
/// in which they were found; the hash table holds their numbers.
/// </summary>
sealed class Explorer<TState>(IModel<TState> model) where TState : struct, IEquatable<TState>
{
    /// <summary>A configuration that outgrows this is too large for a test, no reason to take all memory.</summary>
    public const int MaxStates = 6_000_000;

    readonly List<TState> _states = [];
    readonly List<int> _parents = [];
    int[] _table = new int[1 << 16];

    public Exploration<TState> Run()
    {
        var successors = new List<TState>();
        var milestones = 0u;
        var depth = 0;
        var endOfLevel = 1;
        Add(model.Initial, parent: -1);
        for (var current = 0; current < _states.Count; current++)
        {
            if (current == endOfLevel)
            {
                depth++;
                endOfLevel = _states.Count;
            }
            var state = _states[current];
            milestones |= model.Milestones(state);
            if (model.Violation(state) is { } violation)
                return new(_states.Count, depth, milestones, violation, TraceTo(current));
            successors.Clear();
            model.AddSuccessors(state, successors);
            foreach (var successor in successors)
                Add(successor, current);
        }
        return new(_states.Count, depth, milestones, Violation: null, Trace: []);
    }

    void Add(in TState state, int parent)
    {
        if ((_states.Count + 1) * 2 > _table.Length)
            Grow();
        var slot = SlotOf(state);
        while (_table[slot] != 0)
        {
            if (_states[_table[slot] - 1].Equals(state))
                return;
            slot = slot + 1 & _table.Length - 1;
        }
        Invariant.That(_states.Count < MaxStates);
        _states.Add(state);
        _parents.Add(parent);
        _table[slot] = _states.Count;
    }

    void Grow()
    {
        _table = new int[_table.Length * 2];
        for (var number = 0; number < _states.Count; number++)
        {
            var slot = SlotOf(_states[number]);
            while (_table[slot] != 0)
                slot = slot + 1 & _table.Length - 1;
            _table[slot] = number + 1;
        }
    }

    // The hash of a record struct is weak in its low bits, which are the ones used here.
    int SlotOf(in TState state)
    {
        var hash = (uint)state.GetHashCode();
        hash = (hash ^ hash >> 16) * 0x85EBCA6B;
        hash = (hash ^ hash >> 13) * 0xC2B2AE35;
        return (int)((hash ^ hash >> 16) & (uint)(_table.Length - 1));
    }

    List<TState> TraceTo(int last)
    {
        var trace = new List<TState>();
        for (var number = last; number >= 0; number = _parents[number])
            trace.Add(_states[number]);
        trace.Reverse();
        return trace;
    }
}
