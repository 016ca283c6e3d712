namespace Cairn.Tests.Protocol;

/// <summary>
/// Gives up ledgers that never got a snapshot: proposes to void, looks for the snapshot, makes the void final. It goes
/// on with proposals of others that stopped. How long a ledger must have been alone is politeness and not modelled.
/// </summary>
/// <param name="Rounds">How often it does this.</param>
sealed record VoiderProcess(string Name, int Rounds) : IProcess
{
    const byte Plan = 0, Propose = 1, Look = 2, Finalise = 3;

    public void AddSteps(Steps steps)
    {
        var (store, memory) = (steps.Store, steps.Memory);
        var ledger = memory.Ledgers;
        switch (memory.Step)
        {
            case Plan:
                AddPlans(steps);
                break;
            case Propose:
                steps.Add(store with { VoidProposed = (byte)(store.VoidProposed | ledger) },
                    memory with { Step = steps.Rules.VoiderLooks ? Look : Finalise },
                    "proposes to void {ledgers}", ledgers: ledger);
                break;
            case Look when (store.Snapshots & ledger) != 0:
                steps.Add(AfterRound(memory), "finds the snapshot of {ledgers}, leaves it", ledgers: ledger);
                break;
            case Look:
                steps.Add(memory with { Step = Finalise }, "finds no snapshot of {ledgers}", ledgers: ledger);
                break;
            case Finalise:
                steps.Add(store with { Voided = (byte)(store.Voided | ledger) }, AfterRound(memory),
                    "makes the void of {ledgers} final", ledgers: ledger);
                break;
        }
    }

    static void AddPlans(Steps steps)
    {
        var (store, memory) = (steps.Store, steps.Memory);
        for (var rest = (uint)(store.Ledgers & ~store.Snapshots & ~store.Voided); rest != 0; rest &= rest - 1)
        {
            var one = (byte)(rest & (~rest + 1));
            var next = !steps.Rules.VoidsAreProposed ? Finalise
                : (store.VoidProposed & one) == 0 ? Propose
                : steps.Rules.VoiderLooks ? Look : Finalise;
            steps.Add(memory with { Ledgers = one, Step = next }, "finds {ledgers} without a snapshot", ledgers: one);
        }
    }

    Memory AfterRound(Memory memory) => memory.Run + 1 < Rounds
        ? new Memory { Run = (byte)(memory.Run + 1) }
        : new Memory { Run = memory.Run, Step = State.Done };
}
