using Cairn.Engine.Primitives;

namespace Cairn.Tests.Protocol;

/// <summary>
/// What one process remembers: where it stands and what it has read. A crash is a process that never takes another
/// step, a freeze one that takes it late, so neither needs a bit; a restart clears this.
/// </summary>
readonly record struct Memory
{
    public byte Step { get; init; }

    /// <summary>Runs begun: each has names of its own for what it stores, since names never recur.</summary>
    public byte Run { get; init; }

    /// <summary>The rows a host will name, or a repacker copies.</summary>
    public ushort Rows { get; init; }

    /// <summary>Packs read as condemned.</summary>
    public byte Condemned { get; init; }

    /// <summary>Packs about to be condemned, or to be deleted.</summary>
    public byte Packs { get; init; }

    /// <summary>Ledgers and moves read in the present look, or the ledger being voided.</summary>
    public byte Ledgers { get; init; }
    public byte Moves { get; init; }
}

/// <summary>The whole world at one moment: the store and what each process remembers.</summary>
readonly record struct State
{
    public const int MaxProcesses = 4;
    public const byte Done = 255;

    public Store Store { get; init; }
    Memory First { get; init; }
    Memory Second { get; init; }
    Memory Third { get; init; }
    Memory Fourth { get; init; }

    public Memory MemoryOf(int process) => process switch
    {
        0 => First, 1 => Second, 2 => Third, _ => Fourth,
    };

    public State After(int process, Store store, Memory memory)
    {
        Invariant.That(process < MaxProcesses);
        return process switch
        {
            0 => this with { Store = store, First = memory },
            1 => this with { Store = store, Second = memory },
            2 => this with { Store = store, Third = memory },
            _ => this with { Store = store, Fourth = memory },
        };
    }
}
