using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Primitives;
using Cairn.Testing;
using Cairn.Testing.State;

namespace Cairn.Tests.Operations.Backup;

public sealed class LedgerChainTests
{
    static readonly SeededRandom Random = new(3);
    static readonly SignerId Host = new(Random.Bytes(SignerId.Size));
    static readonly ObjectHash Ledger = new(Random.Bytes(ObjectHash.Size));

    [Fact]
    public void It_remembers_the_last_ledger_and_the_first_one()
    {
        var state = new MemoryStateFolder();
        Assert.Equal(PreviousLedger.Unknown, new LedgerChain(state, Host).Last());
        new LedgerChain(state, Host).Begin();
        Assert.Equal(PreviousLedger.First, new LedgerChain(state, Host).Last());
        new LedgerChain(state, Host).Remember(Ledger);
        Assert.Equal(PreviousLedger.Known(Ledger), new LedgerChain(state, Host).Last());
        Assert.Equal(PreviousLedger.Unknown, new LedgerChain(state, new SignerId(Random.Bytes(SignerId.Size))).Last());
    }

    [Fact]
    public void Any_damage_makes_it_unknown_and_never_another_ledger_INV_7()
    {
        var state = new MemoryStateFolder();
        new LedgerChain(state, Host).Remember(Ledger);
        var name = Assert.Single(state.List());
        using var file = state.TryOpen(name)!;
        var whole = file.Slice(0, (int)file.Length).ToArray();
        for (var i = 0; i < whole.Length; i++)
        {
            var damaged = whole.ToArray();
            damaged[i] ^= 0x10;
            state.Plant(name, damaged);
            Assert.Equal(PreviousLedger.Unknown, new LedgerChain(state, Host).Last());
            state.Plant(name, whole.AsSpan(0, i));
            Assert.Equal(PreviousLedger.Unknown, new LedgerChain(state, Host).Last());
        }
    }
}
