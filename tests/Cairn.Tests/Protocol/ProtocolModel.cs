namespace Cairn.Tests.Protocol;

/// <summary>The protocol of one scenario under some rules, and what must hold in every state of it.</summary>
/// <param name="everyLedgerKeeps">
/// Demands more than the protocol promises: that a ledger keeps its packs before its writer has looked.
/// </param>
sealed class ProtocolModel(Scenario scenario, ProtocolRules rules, bool everyLedgerKeeps = false) : IModel<State>
{
    readonly Steps _steps = new(rules, scenario.LedgerPrefixes);

    public State Initial => new() { Store = scenario.Initial };

    public void AddSuccessors(in State state, List<State> successors)
    {
        for (var process = 0; process < scenario.Processes.Count; process++)
            _steps.Collect(state, process, scenario.Processes[process], successors);
    }

    public string? Violation(in State state)
    {
        var store = state.Store;
        if ((store.Reported & store.Voided) != 0)
            return $"{Ledgers(store.Reported & store.Voided)} was reported as backed up, now its void is final";
        var committed = (byte)(store.Snapshots & ~store.Voided);
        if (Liveness.LostRows(store, committed) is not 0 and var lost)
            return $"{Rows(lost)} is lost, a committed snapshot needs it";
        var kept = (byte)(store.Kept & ~store.Voided);
        if (Liveness.LostRows(store, kept) is not 0 and var dropped)
            return $"{Rows(dropped)} is lost, a session under way had made sure of it";
        if (everyLedgerKeeps && Liveness.LostRows(store, (byte)(store.Ledgers & ~store.Voided)) is not 0 and var named)
            return $"{Rows(named)} is lost, a ledger names it";
        if ((store.Deleted & ~store.DeletionListed) != 0)
            return $"{Packs(store.Deleted & ~store.DeletionListed)} is gone and no deletion list says so";
        return null;
    }

    uint IModel<State>.Milestones(in State state)
    {
        var store = state.Store;
        var shown = Milestones.None;
        var reported = store.Reported & ~scenario.Initial.Reported;
        var needed = store.RowsOfLedgers(store.Reported);
        if (reported != 0)
            shown |= Milestones.Commit;
        for (var process = 0; process < scenario.Processes.Count; process++)
        {
            if (scenario.Processes[process] is HostProcess host && state.MemoryOf(process).Run > 0
                && host.Ledgers.Skip(host.Checkpoints ? 2 : 1).Any(ledger => (reported >> ledger & 1) != 0))
                shown |= Milestones.CommitAfterAll;
        }
        if ((store.RowsOfLedgers((byte)reported) & scenario.Initial.Rows) != 0)
            shown |= Milestones.Deduplication;
        if (store.Deleted != 0)
            shown |= Milestones.Deletion;
        if ((needed & store.Rows & Store.RowsOf(store.Condemned)) != 0)
            shown |= Milestones.Spared;
        if (store.Voided != 0)
            shown |= Milestones.Void;
        if ((needed & Store.RowsOf(store.Deleted)) != 0)
            shown |= Milestones.Repack;
        return (uint)shown;
    }

    /// <summary>One line a step, who did what, and what is wrong at the end.</summary>
    public string Print(Exploration<State> exploration)
    {
        var lines = new List<string> { $"{scenario.Name}: {exploration.Trace.Count - 1} steps to a bad state" };
        for (var step = 1; step < exploration.Trace.Count; step++)
            lines.Add($"{step,3}. {Describe(exploration.Trace[step - 1], exploration.Trace[step])}");
        lines.Add($"     {exploration.Violation}");
        return string.Join('\n', lines);
    }

    string Describe(in State before, in State after)
    {
        for (var process = 0; process < scenario.Processes.Count; process++)
        {
            var successors = new List<State>();
            _steps.Labels = [];
            _steps.Collect(before, process, scenario.Processes[process], successors);
            var labels = _steps.Labels;
            _steps.Labels = null;
            var found = successors.IndexOf(after);
            if (found >= 0)
                return $"{scenario.Processes[process].Name,-13} {Text(labels[found])}";
        }
        throw new InvalidOperationException("a trace has a step that nobody takes");
    }

    string Text(StepLabel label) => label.What
        .Replace("{packs}", Packs(label.Packs), StringComparison.Ordinal)
        .Replace("{ledgers}", Ledgers(label.Ledgers), StringComparison.Ordinal)
        .Replace("{rows}", Rows(label.Rows), StringComparison.Ordinal);

    string Packs(int packs) => Join(packs, bit => scenario.PackNames[bit]);

    string Ledgers(int ledgers) => Join(ledgers, bit => scenario.LedgerNames[bit]);

    string Rows(int rows) => Join(rows, bit =>
        $"{scenario.PackNames[bit % Store.MaxPacks]}:{(bit < Store.MaxPacks ? 'x' : 'y')}");

    static string Join(int bits, Func<int, string> name)
    {
        var names = Enumerable.Range(0, 16).Where(bit => (bits >> bit & 1) != 0).Select(name).ToList();
        return names.Count == 0 ? "none" : string.Join('+', names);
    }
}
